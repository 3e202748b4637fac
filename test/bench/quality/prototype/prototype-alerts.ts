import type { EntitySpan } from '../../../../src/core/evaluation/match-events.ts';
import { fitPareto } from '../../../../src/core/pareto-fit.ts';
import { lnNormalTail } from '../../../../src/core/normal-tail.ts';
import type { LabelledEntity } from '../labelled-entity.ts';
import type { PrototypeScores } from './prototype-scores.ts';

const DAY_MS = 86_400_000;
const LEVELS = [0.98, 0.97, 0.96, 0.95, 0.94, 0.92, 0.9, 0.88, 0.85];
const WANTED_CLUSTERS = 20;
const LEAST_CLUSTERS = 5;
const GAP_ROWS = 16;
const LEAST_SD = 0.1;
const QUIET_ROWS = 12;

/**
 * The prototype's alerts in the labelled part: thresholds set at the beginning of each day from the last seven days of
 * scores, for one alert a week; over is one row, and an alert ends after twelve rows that are not.
 */
export function prototypeAlerts(
  entity: LabelledEntity,
  { scores, holdOutFrom }: PrototypeScores,
): EntitySpan[] {
  const { stepMs, startMs, trainRows } = entity;
  const day = Math.max(1, Math.round(DAY_MS / stepMs));
  const runs: { first: number; last: number }[] = [];
  let threshold = Infinity;
  for (let row = trainRows; row < scores.length; row++) {
    if ((row - trainRows) % day === 0)
      threshold = potThreshold(scores.subarray(Math.max(holdOutFrom, row - 7 * day), row), 1 / (7 * day));
    if (!((scores[row] ?? Number.NaN) >= threshold)) continue;
    const run = runs.at(-1);
    // Twelve quiet rows end an alert, so a row over at the thirteenth begins another.
    if (run !== undefined && row - run.last <= QUIET_ROWS) run.last = row;
    else runs.push({ first: row, last: row });
  }
  return runs.map(({ first, last }) => ({
    entity: entity.entity,
    startMs: startMs + first * stepMs,
    endMs: startMs + last * stepMs,
  }));
}

/** The score whose declustered peaks come at `rate` a row (peaks over threshold). */
function potThreshold(scores: Float64Array, rate: number): number {
  const known = scores.filter((score) => !Number.isNaN(score));
  if (known.length === 0) return Infinity;
  const sorted = known.slice().sort();
  let [level, peaks]: [number, readonly number[]] = [0, []];
  for (const q of LEVELS) {
    level = quantile(sorted, q);
    peaks = clusterPeaks(known, level);
    if (peaks.length >= WANTED_CLUSTERS) break;
  }
  if (peaks.length < LEAST_CLUSTERS) return normalThreshold(known, rate);
  const { shape, scale } = fitPareto(peaks.map((peak) => peak - level));
  const share = peaks.length / known.length;
  if (rate >= share) return level;
  if (shape === 0) return level + scale * Math.log(share / rate);
  return level + (scale / shape) * ((rate / share) ** -shape - 1);
}

function clusterPeaks(scores: Float64Array, level: number): number[] {
  const peaks: number[] = [];
  let newest = -Infinity;
  scores.forEach((score, row) => {
    if (!(score > level)) return;
    if (row - newest > GAP_ROWS) peaks.push(score);
    else peaks[peaks.length - 1] = Math.max(peaks.at(-1) ?? score, score);
    newest = row;
  });
  return peaks;
}

function normalThreshold(scores: Float64Array, rate: number): number {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
  let [low, high] = [0, 20];
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (lnNormalTail(middle) > Math.log(rate)) low = middle;
    else high = middle;
  }
  return mean + Math.max(Math.sqrt(variance), LEAST_SD) * low;
}

function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const lower = sorted[Math.floor(at)] ?? 0;
  return lower + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? lower) - lower);
}
