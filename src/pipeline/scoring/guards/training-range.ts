import type { EntityProfile } from '../../../model/scoring-model.ts';

/** How far a row lies outside all that training has shown. */
export interface TrainingRangeReading {
  /** Mean over features of their distances: 0 inside the range. */
  readonly g: number;
  /** Per feature min(10, distance outside the range ÷ range). */
  readonly distances: Float64Array;
}

const MOST_DISTANCE = 10;
/** A constant feature has a range all the same: 1 % of its level, at least .01 (the rule for its sd, RECIPE §1.1). */
const CONSTANT_SHARE = 0.01;
const CONSTANT_LEAST = 0.01;

/** Reads the training range (RECIPE §1.5) for one row of features; missing values are inside. */
export function readTrainingRange(profile: EntityProfile, row: Float64Array): TrainingRangeReading {
  const distances = row.map((value, feature) => {
    const low = profile.low[feature] ?? Number.NaN;
    const high = profile.high[feature] ?? Number.NaN;
    const outside = Math.max(low - value, value - high, 0);
    if (!(outside > 0)) return 0;
    return Math.min(MOST_DISTANCE, outside / rangeOf(low, high));
  });
  const g = distances.length === 0 ? 0 : distances.reduce((sum, d) => sum + d, 0) / distances.length;
  return { g, distances };
}

function rangeOf(low: number, high: number): number {
  return high > low ? high - low : Math.max(CONSTANT_SHARE * Math.abs(high), CONSTANT_LEAST);
}
