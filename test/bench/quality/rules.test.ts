import { describe, expect, it } from 'vitest';
import type { RowResult } from './measure-rows.ts';
import type { Quality } from './quality.ts';
import { rulings } from './rules.ts';

const row = (name: string, vusPr: number, other: Partial<Quality> = {}): RowResult => ({
  name,
  seconds: 1,
  qualities: [
    { vusPr, events: 10, found: 5, falseAlertsPerWeek: 1, budgetRatio: 1, medianDelayMs: 600_000, ...other },
  ],
});
const reached = (set: string, rows: readonly RowResult[], isCold = false) =>
  rulings(set, rows, isCold).map(({ measure, reached }) => [measure, reached]);

describe('rulings', () => {
  it('lets strayd pass that is as good as the prototype and above every plain detector', () => {
    const rows = [row('random', 0.1), row('prototype', 0.6), row('strayd', 0.595)];
    expect(reached('asd', rows)).toEqual([
      ['VUS-PR', true],
      ['VUS-PR', true],
      ['false alerts ÷ asked', true],
      ['events found', true],
      ['median delay, s', true],
    ]);
  });

  it('says what was missed', () => {
    const weak = row('strayd', 0.58, { found: 4, budgetRatio: 2.1, medianDelayMs: 900_000 });
    const rows = [row('row z²', 0.59), row('prototype', 0.6), weak];
    expect(reached('asd', rows).map(([, is]) => is)).toEqual([false, false, false, false, false]);
  });

  it('asks nothing of the plain detectors on other sets, and VUS-PR alone of a cold start', () => {
    const rows = [row('row z²', 0.9), row('prototype', 0.6), row('strayd', 0.6)];
    expect(reached('smd', rows)).toHaveLength(4);
    const cold = [row('prototype', 0.4), row('strayd', 0.375)];
    expect(reached('asd', cold, true)).toEqual([['VUS-PR', true]]);
  });

  it('leaves open what has no prototype beside it', () => {
    expect(reached('smd', [row('strayd', 0.6)])).toEqual([
      ['VUS-PR', null],
      ['false alerts ÷ asked', true],
      ['events found', null],
      ['median delay, s', null],
    ]);
  });
});
