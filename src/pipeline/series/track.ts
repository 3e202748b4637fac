import type { FeatureSpec } from '../../core/detector.ts';
import type { EntitySeries } from './entity-series.ts';

/** Numbers of one waiting sample in {@link Track.waiting}: time, value, index of its partition. */
const STRIDE = 3;

/** One series' part in one feature of an entity: the samples that wait for their step, and the memory of those past. */
export interface Track {
  readonly series: EntitySeries;
  readonly feature: number;
  /** `seriesHash` of the series. */
  readonly hash: string;
  /** Waiting samples as (time, value, partition) triples in order of time, no time twice; only the first `used` numbers count. */
  readonly waiting: number[];
  used: number;
  /** Newest sample of a closed step, ms and raw value; -Infinity and NaN before the first. */
  lastTimeMs: number;
  lastRaw: number;
  /** What the series last gave its feature: the gauge or the rate; NaN while unknown. */
  value: number;
  /** Forgotten: whoever still holds it must look the series up again. */
  gone: boolean;
}

/** A track that has seen nothing. */
export function newTrack(series: EntitySeries, feature: number, hash: string): Track {
  const past = { lastTimeMs: -Infinity, lastRaw: NaN, value: NaN };
  return { series, feature, hash, waiting: [], used: 0, ...past, gone: false };
}

/**
 * Puts a sample in its place by time. Of two samples with the same time the larger value stays, whichever came first,
 * so that the order of arrival shows nowhere. False if that time was there already.
 */
export function addWaiting(track: Track, timeMs: number, sampled: number, partition: number): boolean {
  const waiting = track.waiting;
  // Neither zero is the larger one, so only one of them may occur.
  const value = sampled === 0 ? 0 : sampled;
  let at = track.used;
  while (at > 0 && (waiting[at - STRIDE] as number) > timeMs) at -= STRIDE;
  if (at > 0 && waiting[at - STRIDE] === timeMs) {
    if (value > (waiting[at - 2] as number)) {
      waiting[at - 2] = value;
      waiting[at - 1] = partition;
    }
    return false;
  }
  for (let from = track.used - 1; from >= at; from--) waiting[from + STRIDE] = waiting[from] as number;
  waiting[at] = timeMs;
  waiting[at + 1] = value;
  waiting[at + 2] = partition;
  track.used += STRIDE;
  return true;
}

/** Takes the samples before `endMs` out of the waiting ones into the track's memory. False if there was none. */
export function closeTrack(
  track: Track,
  endMs: number,
  as: FeatureSpec['as'],
  absentAfterMs: number,
): boolean {
  const { waiting } = track;
  let count = 0;
  while (count < track.used && (waiting[count] as number) < endMs) count += STRIDE;
  if (count === 0) return false;
  track.value = as === 'gauge' ? (waiting[count - 2] as number) : rate(track, count, absentAfterMs);
  track.lastTimeMs = waiting[count - STRIDE] as number;
  track.lastRaw = waiting[count - 2] as number;
  for (let from = count; from < track.used; from++) waiting[from - count] = waiting[from] as number;
  track.used -= count;
  return true;
}

/** Drops the waiting samples that came from a partition. */
export function dropWaiting(track: Track, partition: number): void {
  const { waiting } = track;
  let kept = 0;
  for (let at = 0; at < track.used; at += STRIDE) {
    if (waiting[at + 2] === partition) continue;
    for (let part = 0; part < STRIDE; part++) waiting[kept + part] = waiting[at + part] as number;
    kept += STRIDE;
  }
  track.used = kept;
}

/**
 * Per-second increase from the last sample before the step to the last one in it; a counter that fell was reset and has
 * grown by its new value. NaN when no earlier sample is near enough: one sample alone has no rate.
 */
function rate(track: Track, count: number, absentAfterMs: number): number {
  let previousMs = track.lastTimeMs;
  let previous = track.lastRaw;
  let sinceMs = previousMs;
  let increase = 0;
  for (let at = 0; at < count; at += STRIDE) {
    const timeMs = track.waiting[at] as number;
    const value = track.waiting[at + 1] as number;
    if (timeMs - previousMs > absentAfterMs) {
      sinceMs = timeMs;
      increase = 0;
    } else increase += value >= previous ? value - previous : value;
    previousMs = timeMs;
    previous = value;
  }
  return previousMs > sinceMs ? (increase / (previousMs - sinceMs)) * 1000 : NaN;
}
