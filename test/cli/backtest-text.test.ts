import { expect, it } from 'vitest';
import type { BacktestOfFile } from '../../src/app/backtest-file.ts';
import { textOf } from '../../src/cli/backtest-text.ts';

function ran(events: number, labels: BacktestOfFile['labels']): BacktestOfFile {
  const match = {
    events,
    found: 0,
    falseAlerts: 0,
    entityWeeks: 1,
    falseAlertsPerWeek: 0,
    budgetRatio: 0,
    medianDelayMs: null,
  };
  const result = { entities: 1, steps: 9, match, vusPr: null, alerts: [], scores: [], trainings: [] };
  return { spec: { name: 'hosts' }, result, labels, warnings: [] } as unknown as BacktestOfFile;
}

const label = { entity: 'a', startMs: 0, endMs: 1 };

it('says that labels were given of which none lies in the rows that count', () => {
  expect(textOf(ran(0, null))).not.toContain('label');
  expect(textOf(ran(0, [label, label]))).toContain(
    'None of 2 labels lies in the rows that count: this is as without labels.',
  );
});

it('counts events also where no row of them could be ranked', () => {
  const text = textOf(ran(1, [label]));
  expect(text).toContain('0 of 1 event found, median delay –.');
  expect(text).toContain('VUS-PR – (no row is labelled).');
});
