import type { DetectorState } from './detector-state.ts';
import type { PartitionState } from './partition-state.ts';
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
  /** Over `entitiesPerDetector`. */
  entity_limit: number;
  /** Over `seriesPerEntity`. */
  series_limit: number;
}

/** One source: its partitions, the detectors that watch it, and how far all of it has come. */
export interface SourceState {
  readonly name: string;
  readonly partitions: PartitionState[];
  readonly detectors: readonly DetectorState[];
  readonly router: SeriesRouter;
  /** A sample further ahead of its record is refused: the strictest of the detectors' `max_future`. */
  readonly maxFutureMs: number;
  /** Newest event time of the slowest partition that is not idle, ms; never falls. */
  watermarkMs: number;
  /** Newest time of a Kafka record, ms. */
  newestRecordMs: number;
  counts: SampleCounts;
}

/** A source without partitions. */
export function newSource(name: string, all: readonly DetectorState[], seriesCached: number): SourceState {
  const detectors = all.filter(({ spec }) => spec.source === null || spec.source === name);
  return {
    name,
    partitions: [],
    detectors,
    router: new SeriesRouter(detectors, seriesCached),
    maxFutureMs: Math.min(...detectors.map(({ spec }) => spec.maxFutureMs)),
    watermarkMs: -Infinity,
    newestRecordMs: -Infinity,
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
    entity_limit: 0,
    series_limit: 0,
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

/**
 * Sets whether a partition is idle. One that wakes starts at the source's watermark, because steps up to there were
 * closed without it; its row carries that over a restart.
 */
export function setIdle(source: SourceState, partition: PartitionState, idle: boolean): void {
  if (partition.idle && !idle) partition.watermarkMs = Math.max(partition.watermarkMs, source.watermarkMs);
  partition.idle = idle;
}
