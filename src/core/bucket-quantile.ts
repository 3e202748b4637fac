/** Counts that differ by less are one count with the rounding of two sums. */
const SAME = 1e-12;

/** Buckets of a histogram: upper bounds, ascending and no two alike, and how much was observed at or below each. */
export interface Buckets {
  readonly bounds: readonly number[];
  readonly counts: number[];
}

/**
 * The value at or below which the share `q` (0…1) of the observations lies, by linear interpolation in its bucket: as Prometheus' `histogram_quantile`
 * has it, https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile. Beyond the highest finite bound it is that bound.
 * NaN without observations, and where no bucket holds them all (+Inf). Mends `counts` so that none falls below the one before.
 */
export function bucketQuantile(q: number, { bounds, counts }: Buckets): number {
  const last = bounds.length - 1;
  if (last < 1 || bounds[last] !== Infinity) return NaN;
  makeMonotone(counts);
  const observed = counts[last] as number;
  if (observed === 0) return NaN;
  const rank = q * observed;
  let at = 0;
  while (at < last && !((counts[at] as number) >= rank)) at += 1;
  if (at === last) return bounds[last - 1] as number;
  const end = bounds[at] as number;
  if (at === 0) return end <= 0 ? end : end * (rank / (counts[0] as number));
  const start = bounds[at - 1] as number;
  const below = counts[at - 1] as number;
  return start + (end - start) * ((rank - below) / ((counts[at] as number) - below));
}

/* A scrape between two increments, or sums of rates, may leave a bucket below the one that it holds. */
function makeMonotone(counts: number[]): void {
  let before = counts[0] as number;
  for (let at = 1; at < counts.length; at++) {
    const count = counts[at] as number;
    if (count < before || isSame(count, before)) counts[at] = before;
    else before = count;
  }
}

function isSame(a: number, b: number): boolean {
  return Math.abs(a - b) <= SAME * (Math.abs(a) + Math.abs(b));
}
