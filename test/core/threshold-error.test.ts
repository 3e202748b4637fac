import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import { ScoreHistogram } from '../../src/core/score-histogram.ts';
import { fitScoreTail, type ScoreTail } from '../../src/core/score-tail.ts';
import { thresholdError } from '../../src/core/threshold-error.ts';

const LN_RATE = Math.log(1 / 4000);

/** The tail of 2 000 independent rows, each a cluster of its own; its rate is 1 in 4 000 at the answered score. */
function drawn(seed: number): { tail: ScoreTail; threshold: number } {
  const random = createRandom(seed);
  const rows = Array.from({ length: 2000 }, () => -0.3 * Math.log(1 - random.next()));
  const histogram = new ScoreHistogram();
  rows.forEach((row) => histogram.add(row));
  const level = histogram.quantile(0.85);
  const tail = fitScoreTail([{ histogram, level, peaks: rows.filter((row) => row > level) }]);
  if (tail?.pareto?.shape !== 0) return drawn(seed + 1000);
  return { tail, threshold: tail.level + tail.pareto.scale * (tail.lnRateAtLevel - LN_RATE) };
}

describe('thresholdError', () => {
  it('is about how much thresholds of samples of the same scores differ', () => {
    const all = Array.from({ length: 60 }, (_, seed) => drawn(seed + 1));
    const mean = all.reduce((sum, { threshold }) => sum + threshold, 0) / all.length;
    const sd = Math.sqrt(all.reduce((sum, { threshold }) => sum + (threshold - mean) ** 2, 0) / all.length);
    const told = all.reduce((sum, { tail }) => sum + thresholdError(tail, LN_RATE), 0) / all.length;
    expect(told).toBeGreaterThan(0.6 * sd);
    expect(told).toBeLessThan(1.7 * sd);
  });

  it('grows with the distance beyond what was seen, and where few clusters speak for the tail', () => {
    const { tail } = drawn(7);
    expect(thresholdError(tail, LN_RATE - 3)).toBeGreaterThan(thresholdError(tail, LN_RATE));
    expect(thresholdError({ ...tail, clusters: 5 }, LN_RATE)).toBeGreaterThan(thresholdError(tail, LN_RATE));
    const few = thresholdError({ ...tail, pareto: null, clusters: 3 }, LN_RATE);
    expect(few).toBeGreaterThan(0.1);
    expect(few).toBeLessThan(5);
  });
});
