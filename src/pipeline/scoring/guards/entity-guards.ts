import type { EntityProfile } from '../../../model/scoring-model.ts';
import type { RunningGuard } from '../../effects.ts';
import type { Exceedance, RunningReading } from './guard-reading.ts';
import { RUNNING_GUARDS, SILENT } from './guard-reading.ts';
import type { GuardMemory } from './guard-memory.ts';
import { BOUNDS, FLOATS, guardBytes, isPeak, RESIDUALS_AT, VALUES_AT } from './guard-memory.ts';
import { KEPT_RESIDUALS, KEPT_VALUES, logSpread, meanOfLast } from './recent-values.ts';
import { readRunningRange } from './running-range.ts';
import { otherKindOfDay, SLOTS, slotAt } from './time-of-day.ts';

/** Means and the spread remember a blip for their whole length, so that they weigh half (RECIPE §1.10). */
const WEIGHTS: Readonly<Record<RunningGuard, number>> = {
  value: 1,
  time_of_day: 1,
  mean: 0.5,
  time_of_day_mean: 0.5,
  spread: 0.5,
};
/** A profile's slot moves by so much of the way to each new value: some two weeks of 5-minute rows. */
const PROFILE_RATE = 0.01;
/** What comes again each week is unknown to a model that has seen less. */
const WEEK_MS = 7 * 86_400_000;
/** As the model scales: only to keep float32 finite. */
const LARGEST_SCALED = 1e6;

/** What the guards of one entity need beside their memory. */
export interface GuardSetting {
  readonly profile: EntityProfile;
  readonly stepMs: number;
  /** Of the time-of-day profile; an IANA name. */
  readonly timezone: string;
}

/** The running guards of one entity (DESIGN §5.10): they learn from each row that they read. */
export class EntityGuards {
  readonly #setting: GuardSetting;
  readonly #memory: GuardMemory;

  constructor(setting: GuardSetting, memory: GuardMemory) {
    this.#setting = setting;
    this.#memory = memory;
  }

  /** Newest step taken in; -1 before the first. */
  get upToStep(): number {
    return this.#memory.upToStep;
  }

  /** Reads a row of features in their own units, then takes it in; a step not newer than the newest is passed over. */
  read(step: number, row: Float64Array): RunningReading {
    const memory = this.#memory;
    if (step <= memory.upToStep) return SILENT;
    const { stepMs, timezone } = this.#setting;
    const slot = slotAt(step * stepMs, timezone);
    const exceedances: Exceedance[] = [];
    for (let feature = 0; feature < memory.features; feature++) {
      const value = this.#scaled(feature, row[feature]!);
      if (!Number.isNaN(value)) this.#readFeature(feature, value, slot, exceedances);
    }
    const sum = exceedances.reduce((total, { distance }) => total + distance, 0);
    const g = memory.features === 0 ? 0 : sum / memory.features;
    const counts = isPeak(memory, g);
    memory.upToStep = step;
    memory.steps += 1;
    return counts ? { g, exceedances, isYoung: this.#isYoung() } : SILENT;
  }

  /** What `newGuardMemory` takes as profiles: `[features, SLOTS]`, scaled. */
  profiles(): Float32Array {
    const { features, floats } = this.#memory;
    const profiles = new Float32Array(features * SLOTS);
    for (let feature = 0; feature < features; feature++) {
      profiles.set(floats.subarray(feature * FLOATS, feature * FLOATS + SLOTS), feature * SLOTS);
    }
    return profiles;
  }

  /** Fills the hours that were never seen from the profiles of others. */
  fillProfiles(profiles: Float32Array): void {
    const { floats } = this.#memory;
    profiles.forEach((usual, index) => {
      const at = Math.floor(index / SLOTS) * FLOATS + (index % SLOTS);
      if (Number.isNaN(floats[at]!)) floats[at] = usual;
    });
  }

  /** The memory; `readGuardBytes` and the rows after `upToStep` make it again, to the bit. */
  toBytes(): Uint8Array {
    return guardBytes(this.#memory);
  }

  #isYoung(): boolean {
    const { profile, stepMs } = this.#setting;
    return profile.trainedRows * stepMs < WEEK_MS;
  }

  #readFeature(feature: number, value: number, slot: number, exceedances: Exceedance[]): void {
    const { floats, written } = this.#memory;
    const at = feature * FLOATS;
    const usual = this.#takeIntoProfile(at, slot, value);
    const residual = Math.fround(value - usual);
    const count = written[feature]!;
    floats[at + VALUES_AT + (count % KEPT_VALUES)] = value;
    floats[at + RESIDUALS_AT + (count % KEPT_RESIDUALS)] = residual;
    written[feature] = count + 1;
    const watched = { feature, slot, usual, count, exceedances };
    this.#watch(watched, 0, value);
    this.#watch(watched, 1, residual);
    this.#watch(watched, 2, meanOfLast(floats, at + VALUES_AT, KEPT_VALUES, count + 1));
    this.#watch(watched, 3, meanOfLast(floats, at + RESIDUALS_AT, KEPT_RESIDUALS, count + 1));
    this.#watch(watched, 4, logSpread(floats, at + VALUES_AT, count + 1));
  }

  /** Holds what the guard of an index in `RUNNING_GUARDS` reads against its range; NaN: it has too few values yet. */
  #watch(watched: Watched, index: number, seen: number): void {
    if (Number.isNaN(seen)) return;
    const { feature, slot, usual, count, exceedances } = watched;
    const { bounds } = this.#memory;
    const at = feature * BOUNDS + 2 * index;
    const [low, high] = [bounds[at]!, bounds[at + 1]!];
    const outside = readRunningRange(bounds, at, seen, count);
    if (outside === 0) return;
    const guard = RUNNING_GUARDS[index]!;
    const shift = guard === 'time_of_day' || guard === 'time_of_day_mean' ? usual : 0;
    const distance = WEIGHTS[guard] * outside;
    exceedances.push({
      feature,
      guard,
      distance,
      seen: seen + shift,
      low: low + shift,
      high: high + shift,
      slot,
    });
  }

  /** What is usual at this hour, before the value has its say. */
  #takeIntoProfile(at: number, slot: number, value: number): number {
    const { floats } = this.#memory;
    const own = floats[at + slot]!;
    const other = floats[at + otherKindOfDay(slot)]!;
    // Zero is the mean in training.
    const usual = Number.isNaN(own) ? (Number.isNaN(other) ? 0 : other) : own;
    floats[at + slot] = usual + PROFILE_RATE * (value - usual);
    return usual;
  }

  #scaled(feature: number, value: number): number {
    const { profile } = this.#setting;
    const mean = profile.mean[feature]!;
    const sd = profile.sd[feature]!;
    const difference = value - mean;
    const scaled = Number.isFinite(difference) ? difference / sd : value / sd - mean / sd;
    return Math.fround(Math.max(-LARGEST_SCALED, Math.min(LARGEST_SCALED, scaled)));
  }
}

/** A feature while its guards read it. */
interface Watched {
  readonly feature: number;
  readonly slot: number;
  readonly usual: number;
  /** Values before this one. */
  readonly count: number;
  readonly exceedances: Exceedance[];
}
