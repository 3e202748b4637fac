import type { SeenSeries } from './series-census.ts';

/** Intervals that people scrape at, ms. */
const USUAL_MS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600].map(
  (seconds) => seconds * 1000,
);
const WITHIN = 0.1;

/**
 * The median interval between two samples of a series, over all series, as a whole number of ms: a usual scrape interval if it is near
 * one, else whole seconds. `null` if no series was seen twice in one stretch.
 */
export function proposeStep(series: readonly SeenSeries[]): number | null {
  const medians = series.flatMap((one) => {
    const apart = intervals(one);
    return apart.length === 0 ? [] : [median(apart)];
  });
  if (medians.length === 0) return null;
  const intervalMs = median(medians);
  const usual = USUAL_MS.find((ms) => Math.abs(intervalMs - ms) <= WITHIN * ms);
  return usual ?? Math.max(1000, Math.round(intervalMs / 1000) * 1000);
}

function intervals({ times, stretches }: SeenSeries): number[] {
  const apart: number[] = [];
  for (let index = 1; index < times.length; index++) {
    if (stretches[index] === stretches[index - 1]) apart.push((times[index] ?? 0) - (times[index - 1] ?? 0));
  }
  return apart;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
