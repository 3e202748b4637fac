import { describe, expect, it } from 'vitest';
import type { EntityProfile } from '../../../../src/model/scoring-model.ts';
import { trainingRangePart } from '../../../../src/pipeline/scoring/guards/guard-parts.ts';
import { readTrainingRange } from '../../../../src/pipeline/scoring/guards/training-range.ts';
import { fc } from '../../../support/properties.ts';

function profile(low: readonly number[], high: readonly number[]): EntityProfile {
  const middle = Float64Array.from(low);
  return {
    own: true,
    trainedRows: 100_000,
    mean: middle,
    sd: middle,
    low: Float64Array.from(low),
    high: Float64Array.from(high),
  };
}

describe('readTrainingRange', () => {
  it('is silent inside the range, at its ends and where a value is missing', () => {
    const { g, distances } = readTrainingRange(
      profile([0, 0, 0], [1, 1, 1]),
      Float64Array.of(0, 1, Number.NaN),
    );
    expect([g, ...distances]).toEqual([0, 0, 0, 0]);
    expect(trainingRangePart(g)).toBe(0);
  });

  it('measures the distance in ranges, at most 10, and takes the mean over features', () => {
    const { g, distances } = readTrainingRange(profile([0, 0], [2, 1]), Float64Array.of(3, -1000));
    expect([...distances]).toEqual([0.5, 10]);
    expect(g).toBe(5.25);
  });

  it('gives a constant feature 1 % of its level as range, at least .01', () => {
    expect(readTrainingRange(profile([200], [200]), Float64Array.of(201)).g).toBeCloseTo(0.5, 12);
    expect(readTrainingRange(profile([0], [0]), Float64Array.of(0.01)).g).toBeCloseTo(1, 12);
  });

  it('is free of units: scaling and shifting a feature that moves changes nothing', () => {
    const value = fc.double({ min: -50, max: 50, noNaN: true });
    const scale = fc.constantFrom(1e-9, 1e-3, 8, 1e12);
    fc.assert(
      fc.property(value, scale, (x, k) => {
        const plain = readTrainingRange(profile([-1], [3]), Float64Array.of(x)).g;
        expect(readTrainingRange(profile([-k], [3 * k]), Float64Array.of(x * k)).g).toBeCloseTo(plain, 9);
      }),
    );
  });
});
