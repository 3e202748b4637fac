import type { ParetoFit } from './pareto-fit.ts';
import { fitPareto, lnParetoSurvival } from './pareto-fit.ts';
import { lnNormalTail } from './normal-tail.ts';
import { ScoreHistogram } from './score-histogram.ts';

/** Clusters that a level must leave above it, and the levels tried until it does (RECIPE §1.6). */
export const WANTED_CLUSTERS = 20;
const LEAST_CLUSTERS = 5;
const LEVELS = [0.98, 0.97, 0.96, 0.95, 0.94, 0.92, 0.9, 0.88, 0.85];
/** The lowest level ever used: peaks below it need not be kept. */
export const KEPT_QUANTILE = 0.85;
/** A tail that few clusters speak for is not believed narrower than 10 % of an error. */
const LEAST_SD = 0.1;
const LEAST_RISE = 1 / 16;

/** Scores over a stretch of time: how many rows, how they spread, and the peaks of clusters, complete above `level`. */
export interface ScoreSummary {
  readonly histogram: ScoreHistogram;
  readonly level: number;
  readonly peaks: readonly number[];
}

/** How often, a row, a cluster of scores peaks above S. `pareto` is null when too few clusters leave a log-normal tail. */
export interface ScoreTail {
  readonly rows: number;
  readonly clusters: number;
  /** Rate 1 up to here. */
  readonly median: number;
  /** From here on the fitted tail holds; between, ln rate is straight. */
  readonly level: number;
  readonly lnRateAtLevel: number;
  readonly pareto: ParetoFit | null;
  readonly mean: number;
  readonly sd: number;
  /** The .85 quantile of the rows. */
  readonly keptQuantile: number;
  /** Nearly all rows had one and the same score, as silent guards have: few clusters are then no lack of knowledge. */
  readonly flat: boolean;
}

/** Fits the tail of summaries pooled (peaks over threshold on the log score); `null` without a row. */
export function fitScoreTail(summaries: readonly ScoreSummary[]): ScoreTail | null {
  const all = new ScoreHistogram();
  for (const summary of summaries) all.merge(summary.histogram);
  if (all.total === 0) return null;
  const { mean, sd } = all.moments();
  const at = chooseLevel(all, summaries);
  const enough = at.peaks.length >= LEAST_CLUSTERS;
  return {
    rows: all.total,
    clusters: at.peaks.length,
    median: Math.min(all.quantile(0.5), at.level - LEAST_RISE),
    level: at.level,
    lnRateAtLevel: enough ? Math.min(-0.01, Math.log(at.peaks.length / at.rows)) : 0,
    pareto: enough ? fitPareto(at.peaks.map((peak) => peak - at.level)) : null,
    mean,
    sd: Math.max(sd, LEAST_SD),
    keptQuantile: all.quantile(KEPT_QUANTILE),
    flat: all.fullestShare() >= KEPT_QUANTILE,
  };
}

/** ln of the rate a row of cluster peaks above `score`: ≤ 0, never rising, -Infinity where the tail has ended. */
export function lnRateAbove(tail: ScoreTail, score: number): number {
  if (tail.pareto === null) return lnNormalTail((score - tail.mean) / tail.sd);
  if (score >= tail.level) return tail.lnRateAtLevel + lnParetoSurvival(tail.pareto, score - tail.level);
  const rise = (score - tail.median) / (tail.level - tail.median);
  return rise <= 0 ? 0 : tail.lnRateAtLevel * rise;
}

interface Level {
  readonly level: number;
  readonly peaks: readonly number[];
  /** Rows of the summaries that are complete above the level. */
  readonly rows: number;
}

function chooseLevel(all: ScoreHistogram, summaries: readonly ScoreSummary[]): Level {
  let best: Level | null = null;
  for (const q of LEVELS) {
    const at = above(all.quantile(q), summaries);
    if (at.rows > 0 && (best === null || at.peaks.length > best.peaks.length)) best = at;
    if (best !== null && best.peaks.length >= WANTED_CLUSTERS) return best;
  }
  return best ?? above(Math.max(...summaries.map((summary) => summary.level)), summaries);
}

/** Only summaries that kept every peak above the level count, with their rows: a day clustered on a higher one would hide some. */
function above(level: number, summaries: readonly ScoreSummary[]): Level {
  const complete = summaries.filter((summary) => summary.level <= level);
  return {
    level,
    peaks: complete.flatMap((summary) => summary.peaks.filter((peak) => peak > level)),
    rows: complete.reduce((sum, summary) => sum + summary.histogram.total, 0),
  };
}
