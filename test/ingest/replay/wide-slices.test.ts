import { describe, expect, it } from 'vitest';
import { backtestDetector, medianStepMs } from '../../../src/ingest/replay/backtest-detector.ts';
import { wideSlices } from '../../../src/ingest/replay/wide-slices.ts';
import type { WideRow } from '../../../src/ingest/replay/wide-csv.ts';

const row = (entity: string, second: number, ...values: number[]): WideRow => ({
  line: 2,
  timeMs: second * 1000,
  timeText: String(second),
  entity,
  values: Float64Array.from(values),
});
const options = { source: 'file', features: ['cpu', 'mem'], stepMs: 60_000, rowsPerSlice: 3 };

describe('wideSlices', () => {
  it('orders rows of all entities by time and numbers them without holes', () => {
    const slices = [...wideSlices([row('b', 60, 1, 2), row('b', 120, 3, 4), row('a', 60, 5, 6)], options)];
    expect(slices.map((slice) => [slice.firstOffset, slice.nextOffset])).toEqual([
      [0, 3],
      [3, 5],
    ]);
    const records = slices.flatMap((slice) => slice.records);
    expect(records.map((record) => record.offset)).toEqual([0, 1, 2, 3, 4]);
    expect(records.map((record) => [record.samples[0]?.labels.entity, record.timeMs / 1000])).toEqual([
      ['b', 60],
      ['a', 60],
      ['b', 120],
      ['a', 120],
      ['b', 180],
    ]);
  });

  it('gives a sample for each value that is there, and none for a missing one', () => {
    const [slice] = [...wideSlices([row('a', 60, Number.NaN, 7)], options)];
    expect(slice?.records[0]?.samples).toEqual([
      { metric: 'mem', labels: { entity: 'a' }, timeMs: 60_000, value: 7 },
    ]);
  });

  it('ends each entity with a row that moves its clock past the last step, even if the last row was empty', () => {
    const slices = [...wideSlices([row('a', 60, Number.NaN, Number.NaN)], options)];
    const last = slices.at(-1)?.records.at(-1);
    expect(last?.timeMs).toBe(120_000);
    expect(last?.samples).toHaveLength(2);
  });
});

describe('backtestDetector', () => {
  it('sorts features by name, as vectors are', () => {
    expect(backtestDetector(['m2', 'm10', 'm1'], 60_000).features.map(({ name }) => name)).toEqual([
      'm1',
      'm10',
      'm2',
    ]);
  });

  it('confirms by 3 of 5 below one-minute steps, else at once', () => {
    expect(backtestDetector(['a'], 15_000).alert.confirm).toEqual({ steps: 3, of: 5 });
    expect(backtestDetector(['a'], 300_000).alert.confirm).toEqual({ steps: 1, of: 1 });
  });

  it('takes the median time difference within entities as the step', () => {
    const rows = [row('a', 0, 1), row('b', 1, 1), row('a', 60, 1), row('b', 61, 1), row('a', 600, 1)];
    expect(medianStepMs(rows)).toBe(60_000);
    expect(() => medianStepMs([row('a', 0, 1)])).toThrow('no entity with two');
  });
});
