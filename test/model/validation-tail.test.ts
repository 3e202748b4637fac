import { describe, expect, it } from 'vitest';
import type { Stretch } from '../../src/model/lagged-covariance.ts';
import { cutTail } from '../../src/model/validation-tail.ts';

const stretch = (from: number, count: number): Stretch => ({
  rows: Float32Array.from({ length: count * 2 }, (_, i) => from + Math.floor(i / 2)),
  count,
});
const firstRows = (stretches: readonly Stretch[]): [number | undefined, number][] =>
  stretches.map(({ rows, count }) => [rows[0], count]);

describe('cutTail', () => {
  it('takes the newest tenth of the rows, through a stretch if need be', () => {
    const { training, validation } = cutTail([stretch(0, 70), stretch(100, 30)], 2, 5);
    expect(firstRows(training)).toEqual([
      [0, 70],
      [100, 20],
    ]);
    expect(firstRows(validation)).toEqual([[120, 10]]);
  });

  it('takes whole stretches where the newest ones are short', () => {
    const { training, validation } = cutTail([stretch(0, 96), stretch(200, 2), stretch(300, 2)], 2, 5);
    expect(firstRows(training)).toEqual([[0, 90]]);
    expect(firstRows(validation)).toEqual([
      [90, 6],
      [200, 2],
      [300, 2],
    ]);
  });

  it('takes as many rows as windows need, but never more than a quarter', () => {
    expect(firstRows(cutTail([stretch(0, 300)], 2, 48).validation)).toEqual([[252, 48]]);
    expect(firstRows(cutTail([stretch(0, 100)], 2, 48).validation)).toEqual([[75, 25]]);
  });
});
