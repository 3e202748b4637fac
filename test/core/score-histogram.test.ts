import { describe, expect, it } from 'vitest';
import { ScoreHistogram } from '../../src/core/score-histogram.ts';
import { fc } from '../support/properties.ts';

const scores = fc.array(fc.double({ min: -3.9, max: 11.9, noNaN: true }), { minLength: 1, maxLength: 300 });

function of(values: readonly number[]): ScoreHistogram {
  const histogram = new ScoreHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

describe('ScoreHistogram', () => {
  it('gives quantiles within a bin of the exact ones', () => {
    fc.assert(
      fc.property(scores, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, q) => {
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(q * sorted.length - 1e-9) - 1] ?? 0;
        expect(Math.abs(of(values).quantile(q) - exact)).toBeLessThanOrEqual(1 / 16);
      }),
    );
  });

  it('merges to the histogram of all rows, and is made again from its pairs', () => {
    fc.assert(
      fc.property(scores, scores, (a, b) => {
        const merged = of(a);
        merged.merge(of(b));
        const again = new ScoreHistogram();
        const pairs = merged.pairs();
        for (let i = 0; i < pairs.length; i += 2) again.add(pairs[i] ?? 0, pairs[i + 1]);
        expect(merged.pairs()).toEqual(of([...a, ...b]).pairs());
        expect(again.pairs()).toEqual(merged.pairs());
        expect(again.total).toBe(a.length + b.length);
      }),
    );
  });

  it('counts scores beyond its ends in the outer bins and refuses NaN', () => {
    const histogram = of([-Infinity, 1000]);
    expect([histogram.total, histogram.quantile(1), histogram.fullestShare()]).toEqual([2, 12, 0.5]);
    expect(() => histogram.add(Number.NaN)).toThrow('NaN');
  });
});
