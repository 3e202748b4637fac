import type { NabSeries } from './nab-series.ts';

/** A range is forgotten by this share of its half a row, so that a level of long ago surprises again. */
const FORGETTING = 1e-4;
/** Rows that make a guard's word worth half. */
const HALF_TRUST_ROWS = 500;
const SLOT_MS = 3_600_000;
const SLOTS_A_DAY = 24;
const PROFILE_RATE = 0.02;
const MEAN_ROWS = 20;
const SPREAD_ROWS = 48;
const SLOW_WEIGHT = 0.5;
const PEAK_ROWS = 20;
/** Keeps the log of a constant stretch finite. */
const LEAST_SPREAD = 1e-9;

/**
 * The guards of the prototype, plainly: ranges of the value, of its rest to a time-of-day and weekend profile, of the 20-row
 * means of both and of the log spread of 48 rows. A row scores only if it is above the 20 rows before. Nothing is trained.
 */
export function fiveGuards({ timesMs, values }: NabSeries): Float64Array {
  const rest = profileRest(timesMs, values);
  const guards: readonly (readonly [number, Float64Array])[] = [
    [1, rangeGuard(values)],
    [1, rangeGuard(rest)],
    [SLOW_WEIGHT, rangeGuard(rollingMean(values))],
    [SLOW_WEIGHT, rangeGuard(rollingMean(rest))],
    [SLOW_WEIGHT, rangeGuard(rollingLogSpread(values))],
  ];
  return onlyPeaks(
    values.map((_, row) => guards.reduce((sum, [weight, guard]) => sum + weight * (guard[row] ?? 0), 0)),
  );
}

/** How far each value lies outside the range of those before, in ranges; the range then widens. NaN is passed over. */
function rangeGuard(values: Float64Array): Float64Array {
  let [low, high, seen] = [Infinity, -Infinity, 0];
  return values.map((value) => {
    if (Number.isNaN(value)) return 0;
    const outside = seen > 0 ? Math.max(low - value, value - high, 0) : 0;
    const score = high > low ? (outside / (high - low)) * (seen / (seen + HALF_TRUST_ROWS)) : 0;
    low = Math.min(low, value);
    high = Math.max(high, value);
    const forgotten = (FORGETTING * (high - low)) / 2;
    low += forgotten;
    high -= forgotten;
    seen++;
    return score;
  });
}

/** Value less its profile's, which learns after: one slot an hour, workdays apart from weekends. */
function profileRest(timesMs: Float64Array, values: Float64Array): Float64Array {
  const slots = new Float64Array(2 * SLOTS_A_DAY).fill(Number.NaN);
  return values.map((value, row) => {
    const time = new Date(timesMs[row] ?? 0);
    const isWeekend = time.getUTCDay() % 6 === 0;
    const slot =
      Math.floor((time.getTime() % (SLOTS_A_DAY * SLOT_MS)) / SLOT_MS) + (isWeekend ? SLOTS_A_DAY : 0);
    const usual = slots[slot] ?? Number.NaN;
    const rest = Number.isNaN(usual) ? 0 : value - usual;
    slots[slot] = value - rest + PROFILE_RATE * rest;
    return rest;
  });
}

function rollingMean(values: Float64Array): Float64Array {
  let sum = 0;
  return values.map((value, row) => {
    sum += value - (values[row - MEAN_ROWS] ?? 0);
    return row + 1 < MEAN_ROWS ? Number.NaN : sum / MEAN_ROWS;
  });
}

function rollingLogSpread(values: Float64Array): Float64Array {
  return values.map((_, row) => {
    if (row + 1 < SPREAD_ROWS) return Number.NaN;
    const window = values.subarray(row + 1 - SPREAD_ROWS, row + 1);
    const mean = window.reduce((sum, value) => sum + value, 0) / SPREAD_ROWS;
    const variance = window.reduce((sum, value) => sum + (value - mean) ** 2, 0) / SPREAD_ROWS;
    return Math.log(Math.sqrt(variance) + LEAST_SPREAD);
  });
}

function onlyPeaks(scores: Float64Array): Float64Array {
  return scores.map((score, row) => {
    const before = scores.subarray(Math.max(0, row - PEAK_ROWS), row);
    return before.some((earlier) => earlier >= score) ? 0 : score;
  });
}
