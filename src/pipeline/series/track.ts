import type { FeatureSpec } from '../../core/detector.ts';
import type { EntitySeries } from './entity-series.ts';

/** Places in {@link Track.numbers} of what is remembered; the waiting samples come after. */
const [LAST_TIME, LAST_RAW, VALUE, PART, FIRST] = [0, 1, 2, 3, 4];
/** Numbers of one waiting sample. */
const STRIDE = 3;

/** What tells the tracks of a feature apart: the series, and of a histogram, whose series share one hash, the part. */
export interface TrackKey {
  readonly hash: string;
  /** See `featureMetrics`. */
  readonly part: number;
}

/** The step that is closed. */
export interface StepTime {
  readonly startMs: number;
  readonly endMs: number;
  readonly absentAfterMs: number;
}

/** One series' part in one feature of an entity: the samples that wait for their step, and the memory of those past. */
export class Track {
  readonly series: EntitySeries;
  readonly feature: number;
  /** `seriesHash` of the series, or of the histogram that it is a part of. */
  readonly hash: string;
  /**
   * All numbers of a track side by side, because a fleet has many and they are far from each other: three that are remembered and the part, then the
   * waiting samples as (time, value, origin) triples in order of time, no time twice. Only those before `end` count.
   */
  readonly numbers: number[] = [-Infinity, NaN, NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  end = FIRST;
  /** Forgotten: whoever still holds it must look the series up again. */
  gone = false;

  constructor(series: EntitySeries, feature: number, { hash, part }: TrackKey) {
    this.series = series;
    this.feature = feature;
    this.hash = hash;
    this.numbers[PART] = part;
  }

  get part(): number {
    return this.numbers[PART] as number;
  }

  /** Whether samples wait for their step. */
  get isWaiting(): boolean {
    return this.end > FIRST;
  }

  /** Newest sample of a closed step, ms; -Infinity before the first. */
  get lastTimeMs(): number {
    return this.numbers[LAST_TIME] as number;
  }

  /** Its raw value; NaN before the first, and of a delta, on which no increase can be built. */
  get lastRaw(): number {
    return this.numbers[LAST_RAW] as number;
  }

  /** What the series last gave its feature: the gauge or the rate; NaN while unknown. */
  get value(): number {
    return this.numbers[VALUE] as number;
  }

  /** Gives a track back what it remembered. */
  restore({ lastTimeMs, lastRaw, value }: Pick<Track, 'lastTimeMs' | 'lastRaw' | 'value'>): void {
    this.numbers[LAST_TIME] = lastTimeMs;
    this.numbers[LAST_RAW] = lastRaw;
    this.numbers[VALUE] = value;
  }

  /** Whether its newest sample was a delta. */
  get isDelta(): boolean {
    return Number.isNaN(this.numbers[LAST_RAW]) && this.numbers[LAST_TIME] !== -Infinity;
  }

  /** Its value is too old to stand for a step. */
  forgetValue(): void {
    this.numbers[VALUE] = NaN;
  }
}

/** Where a sample came from, and whether it is a delta: one number to be kept with it. */
export function originOf(partition: number, isDelta: boolean): number {
  return 2 * partition + (isDelta ? 1 : 0);
}

/** The partition of an origin. */
export function partitionOfOrigin(origin: number): number {
  return origin >> 1;
}

/**
 * Puts a sample in its place by time. Of two samples with the same time the larger value stays, whichever came first,
 * so that the order of arrival shows nowhere. False if that time was there already.
 */
export function addWaiting(track: Track, timeMs: number, sampled: number, origin: number): boolean {
  const { numbers } = track;
  // Neither zero is the larger one, so only one of them may occur.
  const value = sampled === 0 ? 0 : sampled;
  let at = track.end;
  while (at > FIRST && (numbers[at - STRIDE] as number) > timeMs) at -= STRIDE;
  if (at > FIRST && numbers[at - STRIDE] === timeMs) {
    if (value > (numbers[at - 2] as number)) {
      numbers[at - 2] = value;
      numbers[at - 1] = origin;
    }
    return false;
  }
  for (let from = track.end - 1; from >= at; from--) numbers[from + STRIDE] = numbers[from] as number;
  numbers[at] = timeMs;
  numbers[at + 1] = value;
  numbers[at + 2] = origin;
  track.end += STRIDE;
  return true;
}

/**
 * Takes the samples before the step's end out of the waiting ones into the track's memory. False if there was none. A step whose newest
 * sample is a delta counts its deltas alone.
 */
export function closeTrack(track: Track, as: FeatureSpec['as'], step: StepTime): boolean {
  const { endMs, absentAfterMs } = step;
  const { numbers } = track;
  const { end } = track;
  let closed = FIRST;
  while (closed < end && (numbers[closed] as number) < endMs) closed += STRIDE;
  if (closed === FIRST) return false;
  const newest = numbers[closed - 2] as number;
  const isDelta = isOfDelta(numbers[closed - 1] as number);
  if (isDelta) numbers[VALUE] = rateOfDeltas(numbers, closed, step);
  else numbers[VALUE] = as === 'gauge' ? newest : rate(numbers, closed, absentAfterMs);
  numbers[LAST_TIME] = numbers[closed - STRIDE] as number;
  numbers[LAST_RAW] = isDelta ? NaN : newest;
  for (let from = closed; from < end; from++) numbers[from - closed + FIRST] = numbers[from] as number;
  track.end = end - closed + FIRST;
  return true;
}

/** Drops the waiting samples that came from a partition. */
export function dropWaiting(track: Track, partition: number): void {
  const { numbers } = track;
  let kept = FIRST;
  for (let at = FIRST; at < track.end; at += STRIDE) {
    if (partitionOfOrigin(numbers[at + 2] as number) === partition) continue;
    for (let part = 0; part < STRIDE; part++) numbers[kept + part] = numbers[at + part] as number;
    kept += STRIDE;
  }
  track.end = kept;
}

/**
 * Per-second increase from the last sample before the step to the last one in it; a counter that fell was reset and has
 * grown by its new value. NaN when no earlier sample is near enough: one sample alone has no rate.
 */
function rate(numbers: readonly number[], closed: number, absentAfterMs: number): number {
  let previousMs = numbers[LAST_TIME] as number;
  let previous = numbers[LAST_RAW] as number;
  let sinceMs = previousMs;
  let increase = 0;
  for (let at = FIRST; at < closed; at += STRIDE) {
    const timeMs = numbers[at] as number;
    const value = isOfDelta(numbers[at + 2] as number) ? NaN : (numbers[at + 1] as number);
    if (timeMs - previousMs > absentAfterMs || Number.isNaN(previous)) {
      sinceMs = timeMs;
      increase = 0;
    } else increase += value >= previous ? value - previous : value;
    previousMs = timeMs;
    previous = value;
  }
  return previousMs > sinceMs ? (increase / (previousMs - sinceMs)) * 1000 : NaN;
}

/* Deltas tell the whole of their own spans: what the step's samples add, a second of the step. */
function rateOfDeltas(numbers: readonly number[], closed: number, { startMs, endMs }: StepTime): number {
  let increase = 0;
  for (let at = FIRST; at < closed; at += STRIDE) {
    if (isOfDelta(numbers[at + 2] as number)) increase += numbers[at + 1] as number;
  }
  return (increase / (endMs - startMs)) * 1000;
}

const isOfDelta = (origin: number): boolean => (origin & 1) === 1;
