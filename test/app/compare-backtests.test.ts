import { describe, expect, it } from 'vitest';
import type { BacktestResult } from '../../src/app/backtest.ts';
import type { FiredSpan } from '../../src/app/fired-alerts.ts';
import { compareBacktests } from '../../src/app/compare-backtests.ts';

const span = (entity: string, startMs: number, endMs = startMs + 10) => ({ entity, startMs, endMs });

function result(alerts: readonly ReturnType<typeof span>[], falseAlerts = 0): BacktestResult {
  return { alerts: alerts as readonly FiredSpan[], match: { falseAlerts } } as unknown as BacktestResult;
}

describe('compareBacktests', () => {
  it('tells alerts gained and lost, by overlap on the same entity', () => {
    const { gained, lost } = compareBacktests(
      result([span('a', 0), span('a', 100)]),
      result([span('a', 5), span('b', 100)]),
      null,
    );
    expect(gained).toEqual([span('b', 100)]);
    expect(lost).toEqual([span('a', 100)]);
  });

  it('without labels minds an alert that is lost, and more than one that is gained', () => {
    const faults = (first: number[], other: number[]): readonly string[] =>
      compareBacktests(
        result(first.map((at) => span('a', at))),
        result(other.map((at) => span('a', at))),
        null,
      ).faults;
    expect(faults([0, 100], [0, 100])).toEqual([]);
    expect(faults([0, 100], [0, 100, 200])).toEqual([]);
    expect(faults([0, 100], [0, 100, 200, 300])).toEqual(['2 alerts gained, 1 may be.']);
    expect(faults([0, 100], [0])).toEqual(['1 of 2 alerts lost.']);
  });

  it('minds alerts as without labels where none of them lies in the rows that count', () => {
    const blind = (events: number): BacktestResult =>
      ({ ...result([]), match: { events, falseAlerts: 0 } }) as never;
    const first = {
      ...result([span('a', 0)]),
      match: { events: 0, falseAlerts: 1 },
    } as unknown as BacktestResult;
    expect(compareBacktests(first, blind(0), [span('a', 900)]).faults).toEqual(['1 of 1 alert lost.']);
  });

  it('with labels minds an event that is found no more, and a fifth more false alerts', () => {
    const labels = [span('a', 0), span('a', 500)];
    const found = result([span('a', 0)], 10);
    expect(compareBacktests(found, result([span('a', 5)], 12), labels).faults).toEqual([]);
    expect(compareBacktests(found, result([span('a', 5)], 13), labels).faults).toEqual([
      '13 false alerts instead of 10, 12 may be.',
    ]);
    const blind = compareBacktests(found, result([], 0), labels);
    expect([blind.missed, blind.faults]).toEqual([[span('a', 0)], ['1 event no longer found.']]);
    // One that neither finds is no loss, and one found newly is a gain.
    expect(compareBacktests(result([]), result([span('a', 500)]), labels).faults).toEqual([]);
  });
});
