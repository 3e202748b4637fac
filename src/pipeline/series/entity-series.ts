import type { DetectorSpec, FeatureSpec } from '../../core/detector.ts';
import { isOfHistogram } from '../../core/is-of-histogram.ts';
import type { Limits } from '../../core/limits.ts';
import { newestStepEndedBy, stepEndMs, stepOf } from '../../core/step-grid.ts';
import { closeFeature } from './close-feature.ts';
import { addWaiting, dropWaiting, partitionOfOrigin, Track, type TrackKey } from './track.ts';

/** Whole steps without any sample of the entity that are filled; a longer gap breaks its windows. */
export const LONGEST_FILLED_GAP = 2;

/** Stands for no step yet; a number that a database column can hold. */
export const NO_STEP = Number.MIN_SAFE_INTEGER;

/** An entity's features at one step, as its series gave them. */
export interface SeriesVector {
  readonly step: number;
  readonly values: Float64Array;
  /** Some value was carried over from an earlier step. */
  readonly filled: boolean;
  /** Some sample lay in the step; without, it is kept but never scored. */
  readonly fresh: boolean;
  /**
   * By feature: 1 if a sample of it lay in the step and shows whether the series still moves. Not so of histograms: they have no value where
   * nothing moves, and the same one again where all that is observed lies in the same bucket.
   */
  readonly heard: Uint8Array;
  /** The steps before it are missing: no window may reach over. */
  readonly afterBreak: boolean;
}

/** What became of a sample offered to {@link EntitySeries.add}. */
export type SampleVerdict = 'accepted' | 'duplicate' | 'late';

/** Why a series gets no track. */
export type TrackLimit = 'series_limit' | 'bucket_limit';

/** A track's place in an entity. */
export interface TrackPlace extends TrackKey {
  readonly feature: number;
}

/**
 * All series of one entity: the samples of its open steps, and the memory from which rates go on and short gaps are
 * filled. Its clock is the newest event time it was given (DESIGN §5.2).
 */
export class EntitySeries {
  /** Newest event time seen, ms. */
  clockMs = -Infinity;
  /** Newest step that got a vector from fresh samples, {@link NO_STEP} before the first. */
  lastFreshStep = NO_STEP;
  /** Samples of this step and older ones come too late. */
  closedThrough = -Infinity;
  /** Something was added or closed since the flag was last taken down. */
  changed = false;
  /** Steps that start before it, ms, were given out by the store that had the entity before. */
  wholeFromMs = -Infinity;
  /** Indices of all partitions that samples came from. */
  readonly partitions = new Set<number>();
  readonly #spec: DetectorSpec;
  /** By feature; each in order of hash and part, so that sums add up in one order whatever came first. */
  readonly #tracks: Track[][];
  /** What open steps need of the log: (step, partition, oldest offset) triples. */
  readonly #needs: number[] = [];
  /* Of the sample before: most come together. */
  #neededStep = NaN;
  #neededPartition = NaN;

  constructor(spec: DetectorSpec) {
    this.#spec = spec;
    this.#tracks = spec.features.map(() => []);
  }

  /** How many series the entity has, a series counted once for each feature that it serves. */
  get trackCount(): number {
    return this.#tracks.reduce((sum, tracks) => sum + tracks.length, 0);
  }

  /** Calls `visit` with each track, by feature, then by hash and part. */
  visitTracks(visit: (track: Track) => void): void {
    for (const tracks of this.#tracks) tracks.forEach(visit);
  }

  /** The track of a series in a feature; made if it is new, unless that would be more of them, or of a histogram's buckets, than the limits allow. */
  track(
    place: TrackPlace,
    limits: Pick<Limits, 'seriesPerEntity' | 'bucketsPerHistogram'>,
  ): Track | TrackLimit {
    const { feature, hash, part } = place;
    const tracks = this.#tracks[feature] as Track[];
    const found = tracks.findIndex(
      (track) => track.hash > hash || (track.hash === hash && track.part >= part),
    );
    const at = found === -1 ? tracks.length : found;
    const existing = tracks[at];
    if (existing?.hash === hash && existing.part === part) return existing;
    if (this.trackCount >= limits.seriesPerEntity) return 'series_limit';
    if (this.#hasAllBounds(feature, part, limits.bucketsPerHistogram)) return 'bucket_limit';
    const track = new Track(this, feature, place);
    // Of exact size: `splice` leaves room for 16 more, and most features have one series.
    this.#tracks[feature] = [...tracks.slice(0, at), track, ...tracks.slice(at)];
    return track;
  }

  /**
   * Lets a finite sample wait for its step's close, unless the step is closed. It moves the clock but closes nothing:
   * that is the caller's, with {@link closeThrough}. `origin`: see `originOf`.
   */
  add(track: Track, timeMs: number, value: number, origin: number, offset: number): SampleVerdict {
    const step = stepOf(timeMs, this.#spec.stepMs);
    if (step <= this.closedThrough) return 'late';
    if (timeMs > this.clockMs) this.clockMs = timeMs;
    this.#need(step, partitionOfOrigin(origin), offset);
    this.changed = true;
    return addWaiting(track, timeMs, value, origin) ? 'accepted' : 'duplicate';
  }

  /** Of its partition: steps that start before `wholeFromMs` are another store's. */
  takeOverFrom(wholeFromMs: number): void {
    if (wholeFromMs > this.wholeFromMs) this.wholeFromMs = wholeFromMs;
  }

  /** Newest step that the entity's own clock allows to close. */
  get closableByClock(): number {
    return newestStepEndedBy(this.clockMs - this.#spec.allowedLatenessMs, this.#spec.stepMs);
  }

  /**
   * Closes all steps up to and with `step`: vectors in order of steps, short gaps filled. Those of another store are
   * closed for what they leave behind, and not answered.
   */
  closeThrough(step: number): SeriesVector[] {
    const vectors: SeriesVector[] = [];
    for (let open = this.#oldestOpen(); open <= step; open = this.#oldestOpen()) {
      const gap = open - this.lastFreshStep - 1;
      const bridged = gap <= LONGEST_FILLED_GAP;
      for (let empty = open - gap; bridged && empty < open; empty++) vectors.push(this.#close(empty, false));
      vectors.push(this.#close(open, !bridged));
      this.lastFreshStep = open;
      this.#dropNeeds((need) => need <= open);
      this.changed = true;
    }
    if (step > this.closedThrough) this.closedThrough = step;
    const firstOwn = this.wholeFromMs / this.#spec.stepMs;
    return (vectors[0]?.step ?? 0) >= firstOwn
      ? vectors
      : vectors.filter((vector) => vector.step >= firstOwn);
  }

  /** Calls `visit` with each partition and the oldest offset that an open step still needs of it. */
  visitNeeds(visit: (partition: number, offset: number) => void): void {
    for (let at = 0; at < this.#needs.length; at += 3) {
      visit(this.#needs[at + 1] as number, this.#needs[at + 2] as number);
    }
  }

  /** Drops the waiting samples that came from a partition. */
  dropWaiting(partition: number): void {
    this.visitTracks((track) => {
      dropWaiting(track, partition);
    });
    this.#dropNeeds((_, from) => from === partition);
  }

  /** Tells all who hold a track of this entity that it is forgotten. */
  forget(): void {
    this.visitTracks((track) => {
      track.gone = true;
    });
  }

  #close(step: number, afterBreak: boolean): SeriesVector {
    const { features, stepMs, absentAfterMs } = this.#spec;
    const endMs = stepEndMs(step, stepMs);
    const time = { startMs: endMs - stepMs, endMs, absentAfterMs };
    const values = new Float64Array(features.length);
    const heard = new Uint8Array(features.length);
    let filled = false;
    let fresh = false;
    for (let index = 0; index < features.length; index++) {
      const feature = features[index] as FeatureSpec;
      const tracks = this.#tracks[index] as Track[];
      const closed = closeFeature(feature, tracks, time);
      values[index] = closed.value;
      if (closed.vanished) this.#tracks[index] = tracks.filter((track) => !track.gone);
      if (closed.heard) fresh = true;
      if (closed.heard && !isOfHistogram(feature)) heard[index] = 1;
      if (closed.filled) filled = true;
    }
    return { step, values, filled: filled || !fresh, fresh, heard, afterBreak };
  }

  /* Whether a quantile is made of so many bounds already, and this is another one. */
  #hasAllBounds(feature: number, bound: number, limit: number): boolean {
    const tracks = this.#tracks[feature] as Track[];
    if (this.#spec.features[feature]?.as !== 'quantile' || tracks.length < limit) return false;
    const bounds = new Set(tracks.map(({ part }) => part));
    return bounds.size >= limit && !bounds.has(bound);
  }

  #need(step: number, partition: number, offset: number): void {
    if (step === this.#neededStep && partition === this.#neededPartition) return;
    this.#neededStep = step;
    this.#neededPartition = partition;
    const needs = this.#needs;
    for (let at = needs.length - 3; at >= 0; at -= 3) {
      if (needs[at] === step && needs[at + 1] === partition) return;
    }
    // Offsets of a partition only grow, so the first one seen of a step is the oldest it needs.
    needs.push(step, partition, offset);
    this.partitions.add(partition);
  }

  #oldestOpen(): number {
    let oldest = Infinity;
    for (let at = 0; at < this.#needs.length; at += 3) oldest = Math.min(oldest, this.#needs[at] as number);
    return oldest;
  }

  #dropNeeds(dropped: (step: number, partition: number) => boolean): void {
    const needs = this.#needs;
    this.#neededStep = NaN;
    let kept = 0;
    for (let at = 0; at < needs.length; at += 3) {
      if (dropped(needs[at] as number, needs[at + 1] as number)) continue;
      for (let part = 0; part < 3; part++) needs[kept + part] = needs[at + part] as number;
      kept += 3;
    }
    needs.length = kept;
  }
}
