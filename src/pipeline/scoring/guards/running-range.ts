const MOST_DISTANCE = 10;
/** The range closes by so much of its half at each step: what was seen long ago is forgotten slowly (RECIPE §1.10). */
const FORGETTING = 1e-4;
/** After so many values a range is trusted by half. */
const HALF_TRUST = 500;
/** A range is at least the spread in training, which scaling has made 1: 1 % of its level for what never moved. */
const LEAST_RANGE = 1;

/**
 * How far a value lies outside all that was seen before, in ranges (at most 10) and weighed by how much was seen; then the
 * range takes it in, so that a new level speaks once. `bounds[at]` and `bounds[at + 1]` are low and high, NaN before the
 * first value; values are scaled. 0 inside the range.
 */
export function readRunningRange(bounds: Float64Array, at: number, value: number, seen: number): number {
  const low = bounds[at]!;
  const high = bounds[at + 1]!;
  if (Number.isNaN(low)) {
    bounds[at] = value;
    bounds[at + 1] = value;
    return 0;
  }
  const outside = Math.max(low - value, value - high, 0);
  const wideLow = Math.min(low, value);
  const wideHigh = Math.max(high, value);
  const step = (FORGETTING * (wideHigh - wideLow)) / 2;
  bounds[at] = wideLow + step;
  bounds[at + 1] = wideHigh - step;
  if (outside === 0) return 0;
  const range = Math.max(high - low, LEAST_RANGE);
  return Math.min(MOST_DISTANCE, outside / range) * (seen / (seen + HALF_TRUST));
}
