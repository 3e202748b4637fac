import { describe, expect, test } from 'vitest';
import { budgetLines, incidentsPerDay } from '../../src/config/budget-text.ts';
import { parseBudget } from '../../src/config/budget.ts';
import { MINIMAL, loadText } from './load-text.ts';

const DAY_MS = 86_400_000;

const withBudget = (budget: string) => {
  const detector = loadText(`${MINIMAL}    alert: {budget: ${budget}}\n`).config.detectors[0];
  if (detector === undefined) throw new Error('the configuration has no detector');
  return detector;
};

describe('budgets', () => {
  test.each([
    ['5 per week', { count: 5, perMs: 7 * DAY_MS, scope: 'detector' }],
    ['1 per week per entity', { count: 1, perMs: 7 * DAY_MS, scope: 'entity' }],
    ['2 per day', { count: 2, perMs: DAY_MS, scope: 'detector' }],
    ['0.5 per hour', { count: 0.5, perMs: 3_600_000, scope: 'detector' }],
  ])('%s', (text, budget) => {
    expect(parseBudget(text)).toEqual(budget);
  });

  test.each([
    '',
    '5',
    '5 a week',
    '0 per day',
    '-1 per day',
    '5 per fortnight',
    '5 per week per host',
    'per week',
  ])('%j is none', (text) => {
    expect(parseBudget(text)).toBeNull();
  });

  test('of the whole detector do not grow with the entities, those per entity do', () => {
    expect(incidentsPerDay(withBudget('7 per week'), 100)).toBeCloseTo(1);
    expect(incidentsPerDay(withBudget('7 per week per entity'), 100)).toBeCloseTo(100);
  });

  test('are told in incidents a day', () => {
    expect(budgetLines(withBudget('5 per week'), [1, 100])).toEqual([
      'hosts: 5 per week = 0.71 incidents a day, one every 1.4 days (with 1 entity: one every 1.4 days each)',
      'hosts: 5 per week = 0.71 incidents a day, one every 1.4 days (with 100 entities: one every 140 days each)',
    ]);
    expect(budgetLines(withBudget('1 per week per entity'), [500])).toEqual([
      'hosts: 1 per week per entity = 71 incidents a day, one every 20 minutes (with 500 entities: one every 7 days each)',
    ]);
  });
});
