import type { NumberReader } from './number-bytes.ts';
import { otherKindOfDay, SLOTS, slotAt } from './guards/time-of-day.ts';

const HOUR_MS = 3_600_000;
/** Hours of one slot that are remembered: those of a working week. */
const KEPT = 5;
/** So many of a slot tell what is usual there. */
const LEAST_HOURS = 2;
/** An hour whose peak usually lies so far above the median hour's is busy: errors of 2.7 times. */
const BUSY = 1;
/** In a busy hour only what exceeds its usual peak by so much is news: errors of 1.6 times. */
const NEWS = 0.5;
/** A cohort's busy hours say less of one entity. */
const COHORT_NEWS = 1;
/** What begins so much before or after the full hour belongs to both. */
const REACH_MS = 15 * 60_000;

/** Peaks of S by slot above the median slot's, `[SLOTS]`; NaN where nobody knows. */
export type HourProfile = Float32Array;

/** Where the hours of an entity lie, and what those of its cohort usually are. */
export interface HourSetting {
  readonly stepMs: number;
  /** IANA name. */
  readonly timezone: string;
  readonly cohort: HourProfile | null;
}

/**
 * What an entity's score usually comes to at each hour of a weekday and of the weekend: the median of the last five peaks.
 * A backup makes its hour busy; what the hour brings each night is no news. Bounded: 48 × 5 hours.
 */
export class UsualHours {
  readonly #setting: HourSetting;
  /** `[SLOTS, KEPT]`, a ring by `#written`. */
  readonly #peaks = new Float32Array(SLOTS * KEPT).fill(Number.NaN);
  /** Their numbers since 1970, likewise. */
  readonly #hours = new Uint32Array(SLOTS * KEPT);
  readonly #written = new Uint32Array(SLOTS);
  /** The hour that is going on, by number since 1970, and its peak so far. */
  #hour = -1;
  #slot = 0;
  #peak = -Infinity;
  /** The most that is usual by slot; −Infinity where it is not busy. `null`: to be worked out. */
  #bars: Float32Array | null = null;

  constructor(setting: HourSetting) {
    this.#setting = setting;
  }

  /** The S up to which a step is no more than its hour usually brings; −Infinity where the hour is not busy. */
  bar(step: number): number {
    this.#bars ??= this.#findBars();
    const { stepMs, timezone } = this.#setting;
    const timeMs = step * stepMs;
    const bars = this.#bars;
    return Math.max(bars[slotAt(timeMs - REACH_MS, timezone)]!, bars[slotAt(timeMs + REACH_MS, timezone)]!);
  }

  /** Takes in the score of a step; in step order. */
  add(step: number, raw: number): void {
    const { stepMs, timezone } = this.#setting;
    const timeMs = step * stepMs;
    const hour = Math.floor(timeMs / HOUR_MS);
    if (hour !== this.#hour) {
      this.#close();
      this.#hour = hour;
      this.#slot = slotAt(timeMs, timezone);
      this.#peak = -Infinity;
    }
    this.#peak = Math.max(this.#peak, raw);
  }

  /** Forgets the hours of the steps `from` to `to`: an incident, or what was planned, is nothing usual. */
  exclude(from: number, to: number): void {
    const { stepMs } = this.#setting;
    const [first, last] = [from, to].map((step) => Math.floor((step * stepMs) / HOUR_MS));
    this.#hours.forEach((hour, index) => {
      if (hour >= first! && hour <= last!) this.#peaks[index] = Number.NaN;
    });
    this.#bars = null;
  }

  /** How far each slot's usual peak lies above the median slot's. */
  profile(): HourProfile {
    const usual = this.#usual();
    const base = lowerMedian(known(usual));
    return Float32Array.from(usual, (peak) => peak - base);
  }

  /** To the bit what `fromNumbers` brings back. */
  toNumbers(): number[] {
    return [this.#hour, this.#slot, this.#peak, ...this.#written, ...this.#hours, ...this.#peaks];
  }

  static fromNumbers(reader: NumberReader, setting: HourSetting): UsualHours {
    const hours = new UsualHours(setting);
    hours.#hour = reader.next();
    hours.#slot = reader.next();
    hours.#peak = reader.next();
    for (let slot = 0; slot < SLOTS; slot++) hours.#written[slot] = reader.next();
    for (const ring of [hours.#hours, hours.#peaks]) {
      for (let index = 0; index < ring.length; index++) ring[index] = reader.next();
    }
    return hours;
  }

  #close(): void {
    if (this.#hour < 0) return;
    const slot = this.#slot;
    const at = slot * KEPT + (this.#written[slot]! % KEPT);
    this.#peaks[at] = this.#peak;
    this.#hours[at] = this.#hour;
    this.#written[slot] = this.#written[slot]! + 1;
    this.#bars = null;
  }

  #findBars(): Float32Array {
    const { cohort } = this.#setting;
    const usual = this.#usual();
    // As long as no hour has come again: of all hours.
    const base = lowerMedian(known(usual.some((peak) => !Number.isNaN(peak)) ? usual : this.#peaks));
    return usual.map((peak, slot) => {
      if (!Number.isNaN(peak)) return peak > base + BUSY ? peak + NEWS : -Infinity;
      const above = cohort?.[slot] ?? Number.NaN;
      return above > BUSY && !Number.isNaN(base) ? base + above + COHORT_NEWS : -Infinity;
    });
  }

  /** The usual peak by slot, of both kinds of day as long as one has too few; NaN where both have. */
  #usual(): Float32Array {
    return Float32Array.from({ length: SLOTS }, (_, slot) => {
      const own = this.#peaksOf(slot);
      if (own.length >= LEAST_HOURS) return lowerMedian(own);
      const both = [...own, ...this.#peaksOf(otherKindOfDay(slot))];
      return both.length >= LEAST_HOURS ? lowerMedian(both) : Number.NaN;
    });
  }

  #peaksOf(slot: number): Float32Array {
    return this.#peaks.subarray(slot * KEPT, (slot + 1) * KEPT).filter((peak) => !Number.isNaN(peak));
  }
}

/** The median by slot of several entities' profiles; NaN where none knows. */
export function pooledHours(profiles: readonly HourProfile[]): HourProfile {
  return Float32Array.from({ length: SLOTS }, (_, slot) =>
    lowerMedian(known(profiles.map((profile) => profile[slot] ?? Number.NaN))),
  );
}

function known(values: ArrayLike<number>): number[] {
  return Array.from(values).filter((value) => !Number.isNaN(value));
}

/** The lower one of two: a single night with an incident makes no usual hour. NaN of nothing. */
function lowerMedian(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
}
