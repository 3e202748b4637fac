import { expect, it } from 'vitest';
import { bucketQuantile } from '../../src/core/bucket-quantile.ts';

/** Of buckets as `[bound, count]`, in any order and some of them twice. */
function quantile(q: number, ...buckets: readonly (readonly [bound: number, count: number])[]): number {
  const sums = new Map<number, number>();
  for (const [bound, count] of buckets) sums.set(bound, (sums.get(bound) ?? 0) + count);
  const bounds = [...sums.keys()].sort((a, b) => a - b);
  return bucketQuantile(q, { bounds, counts: bounds.map((bound) => sums.get(bound) ?? NaN) });
}

it('lies in its bucket in proportion', () => {
  const latencies = [
    [0.1, 20],
    [1, 80],
    [10, 100],
    [Infinity, 100],
  ] as const;
  expect(quantile(0.5, ...latencies)).toBeCloseTo(0.1 + (0.9 * 30) / 60, 12);
  expect(quantile(0.1, ...latencies)).toBeCloseTo(0.05, 12);
  expect(quantile(0.9, ...latencies)).toBeCloseTo(5.5, 12);
  expect(quantile(0, ...latencies)).toBe(0);
  expect(quantile(1, ...latencies)).toBe(10);
});

it('is the highest finite bound where it lies beyond, and the first where that is not above zero', () => {
  expect(quantile(0.99, [1, 10], [Infinity, 100])).toBe(1);
  expect(quantile(0.05, [-5, 10], [5, 50], [Infinity, 100])).toBe(-5);
  expect(quantile(0.05, [0, 10], [5, 50], [Infinity, 100])).toBe(0);
});

it('is none without observations, without the bucket of all, and with that one alone', () => {
  expect(quantile(0.5, [1, 0], [Infinity, 0])).toBeNaN();
  expect(quantile(0.5, [1, 5], [2, 10])).toBeNaN();
  expect(quantile(0.5, [Infinity, 10])).toBeNaN();
  expect(quantile(0.5)).toBeNaN();
});

it('takes a bucket that is below the one before for equal, and the rounding of sums for none', () => {
  expect(quantile(0.5, [1, 50], [2, 20], [4, 80], [Infinity, 100])).toBe(1);
  const same = 0.1 + 0.2;
  expect(quantile(1, [1, 0.3], [2, same], [Infinity, same])).toBe(1);
});
