import { describe, expect, it } from 'vitest';
import { ScoreHistogram } from '../../src/core/score-histogram.ts';
import type { ScoreSummary } from '../../src/core/score-tail.ts';
import { fitScoreTail, lnRateAbove } from '../../src/core/score-tail.ts';
import { fc } from '../support/properties.ts';

function summary(scores: readonly number[], peaks: readonly number[], level: number): ScoreSummary {
  const histogram = new ScoreHistogram();
  for (const score of scores) histogram.add(score);
  return { histogram, level, peaks };
}

const score = fc.double({ min: -3, max: 10, noNaN: true });

describe('fitScoreTail', () => {
  it('gives a rate that never rises with the score and never passes 1, for any scores and peaks', () => {
    fc.assert(
      fc.property(fc.array(score, { minLength: 1, maxLength: 400 }), fc.array(score), (scores, more) => {
        const tail = fitScoreTail([
          summary(
            scores,
            [...scores, ...more].filter((s) => s > 1),
            1,
          ),
        ]);
        if (tail === null) throw new Error('a tail was expected');
        const grid = Array.from({ length: 300 }, (_, i) => -5 + i / 15);
        const rates = grid.map((s) => lnRateAbove(tail, s));
        rates.forEach((ln, i) => {
          expect(ln).toBeLessThanOrEqual(0);
          if (i > 0) expect(ln).toBeLessThanOrEqual(rates[i - 1] ?? 0);
        });
      }),
    );
  });

  it('falls back to the log-normal tail below five clusters', () => {
    const scores = Array.from({ length: 500 }, (_, i) => Math.sin(i));
    expect(fitScoreTail([summary(scores, [1.2, 1.3], 1)])?.pareto).toBeNull();
    expect(fitScoreTail([summary(scores, [1.2, 1.3, 1.4, 1.2, 1.1], 1)])?.pareto).not.toBeNull();
  });

  it('leaves out, with its rows, a day that hides peaks above the level chosen', () => {
    const quiet = Array.from({ length: 1000 }, (_, i) => (i % 100) / 100);
    const open = summary(
      quiet,
      quiet.filter((s) => s > 0.85),
      0.85,
    );
    const tail = fitScoreTail([open, summary(quiet, [6], 5)]);
    expect(tail?.lnRateAtLevel).toBeCloseTo(fitScoreTail([open])?.lnRateAtLevel ?? 0, 6);
  });

  it('has no tail without a row', () => {
    expect(fitScoreTail([])).toBeNull();
  });
});
