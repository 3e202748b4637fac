import { describe, expect, it } from 'vitest';
import { findLengthRank } from '../../../src/core/evaluation/find-length-rank.ts';

function wave(n: number, period: number): number[] {
  let state = 7;
  return Array.from({ length: n }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.sin((2 * Math.PI * i) / period) + (0.3 * state) / 2 ** 32;
  });
}

describe('findLengthRank', () => {
  it.each([
    [3000, 48, 48],
    [3000, 288, 287],
    [500, 20, 20],
    [25_000, 60, 60],
    [3000, 5, 125],
  ])('of %i rows with period %i is %i, as the reference has it', (n, period, expected) => {
    expect(findLengthRank(wave(n, period))).toBe(expected);
  });

  it('falls back to 125 for a series that is constant, short or empty', () => {
    expect([new Array<number>(50).fill(3), [1, 2], []].map(findLengthRank)).toEqual([125, 125, 125]);
  });
});
