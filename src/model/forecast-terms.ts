import { FORECAST_MEMORY } from './forecast.ts';
import { logTerm } from './member-statistics.ts';

/** Lengths of the rolling means of the forecast's mean ratio, in rows. */
const ROLLING_ROWS = [1, 8, 16, FORECAST_MEMORY];

/** All log terms of a stretch's mean ratios, in order: for each rolling length the values from its first full one on. */
export function rollingTerms(ratios: Float64Array, ratioMean: number): Float64Array[] {
  return ROLLING_ROWS.map((rows) => {
    const count = Math.max(0, ratios.length - rows + 1);
    return Float64Array.from({ length: count }, (_, start) =>
      logTerm(meanOf(ratios, start, start + rows) / ratioMean),
    );
  });
}

/** The forecast's part of a score at the last of `ratios`: mean of its log terms; too few ratios for one: its hold-out median. */
export function newestTerm(ratios: Float64Array, ratioMean: number, medians: Float64Array): number {
  let sum = 0;
  ROLLING_ROWS.forEach((rows, term) => {
    const start = ratios.length - rows;
    sum += start < 0 ? medians[term]! : logTerm(meanOf(ratios, start, ratios.length) / ratioMean);
  });
  return sum / ROLLING_ROWS.length;
}

function meanOf(values: Float64Array, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += values[i]!;
  return sum / (end - start);
}
