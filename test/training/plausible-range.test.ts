import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import { chooseRows } from '../../src/training/choose-rows.ts';
import { plausibleRanges } from '../../src/training/plausible-range.ts';
import type { TrainingSegment } from '../../src/training/training-input.ts';
import { fakeSpec } from '../pipeline/scoring/fake-scoring-model.ts';

/** Two features: one that moves by about 1 around 50, one that stays at 7. */
function segment(count: number): TrainingSegment {
  const random = createRandom(5);
  const values = Float64Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? 50 + random.normal() : 7));
  return { firstStep: 0, count, values };
}

describe('plausibleRanges', () => {
  it('reach far beyond any incident, and end before a sender’s nonsense', () => {
    const [moving] = plausibleRanges([segment(4000)], 2);
    expect(moving?.high).toBeGreaterThan(1e5);
    expect(moving?.high).toBeLessThan(1e7);
    expect(moving?.low).toBeLessThan(-1e5);
  });

  it('say nothing of a feature that hardly ever moves, or was never seen', () => {
    const constant = segment(100);
    constant.values[1] = 1e300;
    expect(plausibleRanges([constant], 2)[1]).toEqual({ low: -Infinity, high: Infinity });
    expect(plausibleRanges([], 2)[0]).toEqual({ low: -Infinity, high: Infinity });
  });

  it.each([1.7e308, -1.7e308, 1e9])('keep a row with %d out of what is learned, and only that', (absurd) => {
    const one = segment(400);
    one.values[2 * 200] = absurd;
    const chosen = chooseRows({ entity: 'a', cohort: '', segments: [one] }, [], fakeSpec());
    expect(chosen.leftOut).toEqual({ absurd_value: 1 });
    expect(chosen.rows).toBe(399);
  });
});
