import type { FeatureSpec } from '../../core/detector.ts';
import { isOfHistogram } from '../../core/is-of-histogram.ts';
import { Aggregation } from './aggregation.ts';
import { HistogramAggregation } from './histogram-aggregation.ts';
import { COUNT, SUM } from './histogram-part.ts';
import { closeTrack, type StepTime, type Track } from './track.ts';

/** What a closed step has of a feature; used again and again without garbage. */
export interface FeatureClose {
  /** NaN if nothing is known. */
  value: number;
  /** Some sample lay in the step. */
  heard: boolean;
  /** The value is made of some that were carried over from an earlier step. */
  filled: boolean;
  /** Some track is gone. */
  vanished: boolean;
}

const pool = new Aggregation();
const buckets = new HistogramAggregation();
const made: FeatureClose = { value: NaN, heard: false, filled: false, vanished: false };

/** Closes a step for the tracks of a feature, which are in order of hash and part. The answer holds until the next call. */
export function closeFeature(spec: FeatureSpec, tracks: readonly Track[], step: StepTime): FeatureClose {
  made.heard = false;
  made.filled = false;
  made.vanished = false;
  made.value = isOfHistogram(spec) ? closeHistograms(spec, tracks, step) : closeSeries(spec, tracks, step);
  return made;
}

function closeSeries(spec: FeatureSpec, tracks: readonly Track[], step: StepTime): number {
  pool.clear();
  for (const track of tracks) {
    if (closeTrack(track, spec.as, step)) made.heard = true;
    else if (isExpired(track, step)) expire(track);
    else if (!Number.isNaN(track.value)) made.filled = true;
    if (!Number.isNaN(track.value)) pool.add(track.value);
  }
  return pool.result(spec.aggregate);
}

/*
 * The parts of one histogram belong together: a part that stayed out while others came says nothing, lest counts of two times be mixed. A
 * histogram of which nothing came is carried over whole; one of deltas only where nothing at all came, since a pause of those is no gap.
 */
function closeHistograms(spec: FeatureSpec, tracks: readonly Track[], step: StepTime): number {
  for (const track of tracks) if (closeTrack(track, spec.as, step)) made.heard = true;
  buckets.clear();
  for (let from = 0; from < tracks.length;) {
    const end = endOfHistogram(tracks, from);
    const parts = tracks.slice(from, end);
    closeHistogram(parts, step);
    addHistogram(spec, parts);
    from = end;
  }
  const value =
    spec.as === 'mean' ? buckets.count(SUM) / buckets.count(COUNT) : buckets.quantile(spec.quantile ?? NaN);
  return Number.isFinite(value) ? value : NaN;
}

function endOfHistogram(tracks: readonly Track[], from: number): number {
  let end = from + 1;
  while (end < tracks.length && tracks[end]?.hash === tracks[from]?.hash) end += 1;
  return end;
}

function closeHistogram(parts: readonly Track[], step: StepTime): void {
  const isHeard = parts.some((part) => isOfStep(part, step));
  for (const part of parts) {
    if (isOfStep(part, step)) continue;
    if (isExpired(part, step)) expire(part);
    else if (isHeard || (made.heard && part.isDelta)) part.forgetValue();
    else if (!Number.isNaN(part.value)) made.filled = true;
  }
}

function addHistogram({ as }: FeatureSpec, parts: readonly Track[]): void {
  // A sum without its count would be divided by the counts of others.
  if (as === 'mean' && (parts.length < 2 || parts.some(({ value }) => Number.isNaN(value)))) return;
  for (const { part, value } of parts) if (!Number.isNaN(value)) buckets.add(part, value);
}

const isOfStep = ({ lastTimeMs }: Track, { startMs }: StepTime): boolean => lastTimeMs >= startMs;

const isExpired = ({ lastTimeMs }: Track, { endMs, absentAfterMs }: StepTime): boolean =>
  endMs - lastTimeMs > absentAfterMs;

/* A track that waits for a later step stays, without its memory: its next rate starts anew either way. */
function expire(track: Track): void {
  track.forgetValue();
  track.gone = !track.isWaiting;
  made.vanished ||= track.gone;
}
