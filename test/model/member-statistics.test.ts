import { describe, expect, it } from 'vitest';
import { averageStatistics } from '../../src/model/member-statistics.ts';
import type { MemberStatistics } from '../../src/model/member-statistics.ts';

describe('averageStatistics', () => {
  const of = (error: number): MemberStatistics => ({
    featureError: Float64Array.from([error, 1]),
    ratioMean: error,
    medians: Float64Array.from([Math.log(error)]),
    upperRatio: error,
  });

  it('averages by weight, errors on the log scale, without those that have none', () => {
    const average = averageStatistics([of(0.01), null, of(1)], [1, 5, 3]);
    expect(average?.featureError[0]).toBeCloseTo(0.01 ** 0.25, 12);
    expect(average?.featureError[1]).toBe(1);
    expect(average?.upperRatio).toBeCloseTo(0.01 ** 0.25, 12);
    expect(average?.medians[0]).toBeCloseTo(0.25 * Math.log(0.01), 12);
  });

  it('knows nothing of none', () => {
    expect(averageStatistics([null], [1])).toBeNull();
    expect(averageStatistics([], [])).toBeNull();
  });
});
