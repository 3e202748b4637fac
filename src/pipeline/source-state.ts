import { stepEndMs } from '../core/step-grid.ts';
import type { DetectorState } from './detector-state.ts';
import type { PartitionState } from './partition-state.ts';
import { beginSilenceAnew } from './rules/begin-silence-anew.ts';
import { SeriesRouter } from './series/series-router.ts';

/** What became of samples, by result. */
export interface SampleCounts {
  accepted: number;
  /** No detector watches the series. */
  unselected: number;
  /** The step was closed already. */
  late: number;
  /** Counted before the restart. */
  replayed: number;
  /** The series had a sample of that time in hand; the larger value stays. */
  duplicate: number;
  /** NaN (staleness markers too) or infinite: as if it had not come. */
  not_finite: number;
  /** No samples at all, but intact: texts, native histograms, requests of metadata alone. */
  skipped: number;
  /** Over `entitiesPerDetector`. */
  entity_limit: number;
  /** Over `seriesPerEntity`. */
  series_limit: number;
  /** Over `bucketsPerHistogram`. */
  bucket_limit: number;
  /** Not samples but times: so much was held back that a replay was not waited for. */
  held_back_limit: number;
}

/** One source: its partitions, the detectors that watch it, and how far all of it has come. */
export interface SourceState {
  readonly name: string;
  readonly partitions: PartitionState[];
  readonly detectors: readonly DetectorState[];
  readonly router: SeriesRouter;
  /** A sample further ahead of its record is refused: the strictest of the detectors' `max_future`. */
  readonly maxFutureMs: number;
  /** The shortest step of the detectors, ms: so finely it is remembered where the samples of a time lie. */
  readonly stretchMs: number;
  /** Newest event time of the slowest partition that is not idle, ms; never falls. */
  watermarkMs: number;
  /** Newest time of a Kafka record, ms. */
  newestRecordMs: number;
  /** What time it was when records came in last, ms; -Infinity where nobody tells. */
  presentMs: number;
  counts: SampleCounts;
}

const LONGEST_STRETCH_MS = 3_600_000;

/** A source without partitions. */
export function newSource(name: string, all: readonly DetectorState[], seriesCached: number): SourceState {
  const detectors = all.filter(({ spec }) => spec.source === null || spec.source === name);
  return {
    name,
    partitions: [],
    detectors,
    router: new SeriesRouter(detectors, seriesCached),
    maxFutureMs: Math.min(...detectors.map(({ spec }) => spec.maxFutureMs)),
    stretchMs: Math.min(LONGEST_STRETCH_MS, ...detectors.map(({ spec }) => spec.stepMs)),
    watermarkMs: -Infinity,
    newestRecordMs: -Infinity,
    presentMs: -Infinity,
    counts: noCounts(),
  };
}

/** Counts at zero. */
export function noCounts(): SampleCounts {
  return {
    accepted: 0,
    unselected: 0,
    late: 0,
    replayed: 0,
    duplicate: 0,
    not_finite: 0,
    skipped: 0,
    entity_limit: 0,
    series_limit: 0,
    bucket_limit: 0,
    held_back_limit: 0,
  };
}

/**
 * Raises the source's watermark to what its partitions allow: the slowest that is assigned and not idle, or the newest
 * of all when every one is idle. True if it rose.
 */
export function raiseWatermark(source: SourceState): boolean {
  let slowest = Infinity;
  let newest = -Infinity;
  for (const partition of source.partitions) {
    if (!partition.assigned) continue;
    if (partition.watermarkMs > newest) newest = partition.watermarkMs;
    if (!partition.idle && partition.watermarkMs < slowest) slowest = partition.watermarkMs;
  }
  const allowed = slowest === Infinity ? newest : slowest;
  if (allowed <= source.watermarkMs) return false;
  source.watermarkMs = allowed;
  return true;
}

/** Whether records of the source are awaited: some partition of it is read and not idle. */
export function isAwaited({ partitions }: SourceState): boolean {
  return partitions.some(({ assigned, idle }) => assigned && !idle);
}

/** What a detector's watermark must have reached, ms, for the steps that are closed. */
function reachedMs({ spec, closedByWatermark }: DetectorState): number {
  return stepEndMs(closedByWatermark, spec.stepMs) + spec.absentAfterMs;
}

/**
 * Raises a partition that begins, comes back or wakes to where steps are closed already, for the source itself and for
 * every detector that went on without it; the partition's row carries that over a restart.
 */
export function catchUp(source: SourceState, partition: PartitionState): void {
  const { detectors, watermarkMs } = source;
  const closedMs = detectors.length === 0 ? -Infinity : Math.min(...detectors.map(reachedMs));
  partition.watermarkMs = Math.max(partition.watermarkMs, watermarkMs, closedMs);
}

/**
 * Whether steps were closed without a partition that is not read: after a restart its old row would take it for one
 * that is awaited, and would bring the watermark back.
 */
export function isLeftBehind(source: SourceState, { assigned, watermarkMs }: PartitionState): boolean {
  const closedMs = Math.max(source.watermarkMs, ...source.detectors.map(reachedMs));
  return !assigned && watermarkMs < closedMs;
}

/** Sets whether a partition is idle; steps were closed without one that wakes. */
export function setIdle(source: SourceState, partition: PartitionState, idle: boolean): void {
  if (partition.idle && !idle) {
    catchUp(source, partition);
    beginSilenceAnew(source, partition);
  }
  partition.idle = idle;
}
