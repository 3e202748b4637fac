const THRESHOLDS = 250;
/** Up to this window every width is measured, beyond every fifth. */
const FINE_WINDOW = 60;
const COARSE_STRIDE = 5;

/** A stretch of labelled rows, both ends inclusive. */
interface Segment {
  readonly start: number;
  readonly end: number;
}

/** Rows from the highest score down, cut at up to 250 thresholds. */
interface Ranking {
  readonly order: Uint32Array;
  readonly thresholds: Float64Array;
  /** Rows with a score at or above each threshold. */
  readonly counts: Uint32Array;
}

/**
 * VUS-PR (TSB-AD's `RangeAUC_volume_opt`): area under precision and recall with labels softened at their edges by
 * 0…`window` rows, averaged over those widths. Scores that aren't numbers count as 0. Throws without a label.
 */
export function vusPr(labels: ArrayLike<number>, scores: ArrayLike<number>, window: number): number {
  const truth = Uint8Array.from(labels, (label) => (label > 0 ? 1 : 0));
  if (truth.length !== scores.length) {
    throw new RangeError(`${truth.length} labels do not fit ${scores.length} scores; give one of each a row`);
  }
  const segments = segmentsOf(truth);
  if (segments.length === 0) throw new RangeError('VUS-PR needs at least one labelled row, found none');
  const clean = Float64Array.from(scores, (score) => (Number.isNaN(score) ? 0 : score));
  const ranking = rank(clean);
  const stride = window <= FINE_WINDOW ? 1 : COARSE_STRIDE;
  const areas: number[] = [];
  for (let width = 0; width <= window; width += stride)
    areas.push(area(truth, clean, segments, ranking, width));
  return areas.reduce((sum, a) => sum + a, 0) / areas.length;
}

function area(
  truth: Uint8Array,
  scores: Float64Array,
  segments: readonly Segment[],
  ranking: Ranking,
  width: number,
): number {
  const n = truth.length;
  const soft = softEdges(truth, segments, width);
  const peaks = mergedPeaks(scores, segments, width);
  const positives = truth.reduce((sum, label) => sum + label, 0);
  let [hits, softHits, row] = [0, 0, 0];
  let [lastTrue, sum] = [0, 0];
  for (let k = 0; k < ranking.thresholds.length; k++) {
    const count = ranking.counts[k] ?? n;
    for (; row < count; row++) {
      const at = ranking.order[row] ?? 0;
      hits += truth[at] ?? 0;
      softHits += soft[at] ?? 0;
    }
    const threshold = ranking.thresholds[k] ?? 0;
    const existence = peaks.filter((peak) => peak >= threshold).length / peaks.length;
    const recall = Math.min((hits + softHits) / (positives + softHits / 2), 1);
    const truePositive = recall * existence;
    sum += (truePositive - lastTrue) * ((hits + softHits) / count);
    lastTrue = truePositive;
  }
  return sum;
}

/** What rows outside the labels count for: falling from the edges by the square root of the distance. */
function softEdges(truth: Uint8Array, segments: readonly Segment[], width: number): Float64Array {
  const n = truth.length;
  const half = Math.floor(width / 2);
  const soft = new Float64Array(n);
  if (width === 0) return soft;
  const add = (row: number, distance: number): void => {
    if (row >= 0 && row < n) soft[row] = (soft[row] ?? 0) + Math.sqrt(1 - distance / width);
  };
  for (const { start, end } of segments) {
    for (let d = 1; d <= half; d++) {
      add(end + d, d);
      add(start - d, d);
    }
  }
  return soft.map((value, row) => (truth[row] === 1 ? 0 : Math.min(1, value)));
}

/** The highest score in each segment widened by half the width; those that come to touch are one. */
function mergedPeaks(scores: Float64Array, segments: readonly Segment[], width: number): number[] {
  const half = Math.floor(width / 2);
  const merged: Segment[] = [];
  for (const { start, end } of segments) {
    const wide = { start: Math.max(start - half, 0), end: Math.min(end + half, scores.length - 1) };
    const last = merged.at(-1);
    if (last !== undefined && last.end >= start - half)
      merged[merged.length - 1] = { ...last, end: wide.end };
    else merged.push(wide);
  }
  return merged.map(({ start, end }) =>
    scores.subarray(start, end + 1).reduce((a, b) => Math.max(a, b), -Infinity),
  );
}

function rank(scores: Float64Array): Ranking {
  const n = scores.length;
  const order = Uint32Array.from(scores, (_, row) => row).sort(
    (a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b,
  );
  const stride = (n - 1) / (THRESHOLDS - 1);
  const thresholds = new Float64Array(THRESHOLDS);
  const counts = new Uint32Array(THRESHOLDS);
  for (let k = 0; k < THRESHOLDS; k++) {
    const row = k === THRESHOLDS - 1 ? n - 1 : Math.floor(k * stride);
    const threshold = scores[order[row] ?? 0] ?? 0;
    let count = Math.max(row + 1, counts[k - 1] ?? 0);
    while (count < n && (scores[order[count] ?? 0] ?? 0) >= threshold) count++;
    thresholds[k] = threshold;
    counts[k] = count;
  }
  return { order, thresholds, counts };
}

function segmentsOf(truth: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  let start = -1;
  for (let row = 0; row <= truth.length; row++) {
    if (truth[row] === 1 && start < 0) start = row;
    if (truth[row] !== 1 && start >= 0) {
      segments.push({ start, end: row - 1 });
      start = -1;
    }
  }
  return segments;
}
