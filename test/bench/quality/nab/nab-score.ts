import type { NabSeries } from './nab-series.ts';

/** What detections are worth: true ones, false ones, and windows that were missed. */
export interface NabProfile {
  readonly name: string;
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
}

/** NAB's application profiles (<https://github.com/numenta/NAB>, `config/profiles.json`). */
export const NAB_PROFILES: readonly NabProfile[] = [
  { name: 'standard', truePositive: 1, falsePositive: 0.11, falseNegative: 1 },
  { name: 'reward_low_FP_rate', truePositive: 1, falsePositive: 0.22, falseNegative: 1 },
  { name: 'reward_low_FN_rate', truePositive: 1, falsePositive: 0.11, falseNegative: 2 },
];

/** What a threshold at `score` or lower adds to a series' score. */
interface ScoreChange {
  readonly score: number;
  readonly change: number;
}

/** A detector's way through a series, from no detection at all to all rows. */
export interface NabSweep {
  readonly group: string;
  /** Score without a detection. */
  readonly silent: number;
  /** By falling score. */
  readonly changes: readonly ScoreChange[];
}

/**
 * Sweeps a threshold over one series (NAB's `sweeper.py`): the first detection in a window earns by its place there, each
 * outside of windows costs by its distance from the one before. NaN rows are never detections.
 */
export function sweepSeries(series: NabSeries, scores: Float64Array, profile: NabProfile): NabSweep {
  const { windows, timesMs, probationRows } = series;
  if (scores.length !== timesMs.length) {
    throw new RangeError(`${series.name} has ${timesMs.length} rows, ${scores.length} scores were given`);
  }
  const { worth, windowOf } = rowWorths(series, profile);
  const silent = -profile.falseNegative * windows.filter(({ last }) => last >= probationRows).length;
  const rows = Array.from(scores.keys()).filter(
    (row) => row >= probationRows && !Number.isNaN(scores[row] ?? Number.NaN),
  );
  rows.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  const best = new Float64Array(windows.length).fill(-profile.falseNegative);
  const changes: ScoreChange[] = [];
  for (const row of rows) {
    const score = scores[row] ?? 0;
    const window = windowOf[row] ?? -1;
    const gain = worth[row] ?? 0;
    if (window < 0) changes.push({ score, change: gain });
    else if (gain > (best[window] ?? 0)) {
      changes.push({ score, change: gain - (best[window] ?? 0) });
      best[window] = gain;
    }
  }
  return { group: series.group, silent, changes };
}

/** The threshold that serves series together best; rows at or above it are detections. */
export function bestThreshold(sweeps: readonly NabSweep[]): number {
  const changes = sweeps.flatMap((sweep) => sweep.changes).sort((a, b) => b.score - a.score);
  let [total, best, threshold] = [0, 0, Infinity];
  for (const [index, { score, change }] of changes.entries()) {
    total += change;
    if (changes[index + 1]?.score === score || total <= best) continue;
    [best, threshold] = [total, score];
  }
  return threshold;
}

/** A series' score at a threshold. */
export function scoreAt({ silent, changes }: NabSweep, threshold: number): number {
  return changes.reduce((sum, { score, change }) => (score >= threshold ? sum + change : sum), silent);
}

/** Share of the way from a detector that says nothing (0) to one that is always right at once (100). */
export function normalised(total: number, sweeps: readonly NabSweep[], profile: NabProfile): number {
  const silent = sweeps.reduce((sum, sweep) => sum + sweep.silent, 0);
  const perfect = (-silent / profile.falseNegative) * profile.truePositive;
  return (100 * (total - silent)) / (perfect - silent);
}

/** What a detection at a row is worth, and the window that it lies in (−1: none). */
function rowWorths(
  { windows, timesMs }: NabSeries,
  profile: NabProfile,
): { worth: Float64Array; windowOf: Int32Array } {
  const worth = new Float64Array(timesMs.length);
  const windowOf = new Int32Array(timesMs.length).fill(-1);
  let next = 0;
  for (let row = 0; row < timesMs.length; row++) {
    while (next < windows.length && row > (windows[next]?.last ?? 0)) next++;
    const window = windows[next];
    const before = windows[next - 1];
    if (window !== undefined && row >= window.first) {
      const width = window.last - window.first + 1;
      const earned = scaledSigmoid(-(window.last - row + 1) / width) / scaledSigmoid(-1);
      worth[row] = profile.truePositive * earned;
      windowOf[row] = next;
    } else if (before === undefined) worth[row] = -profile.falsePositive;
    else
      worth[row] = profile.falsePositive * scaledSigmoid((row - before.last) / (before.last - before.first));
  }
  return { worth, windowOf };
}

function scaledSigmoid(position: number): number {
  return position > 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
}
