import { KEPT_RESIDUALS, KEPT_VALUES } from './recent-values.ts';
import { RUNNING_GUARDS } from './guard-reading.ts';
import { SLOTS } from './time-of-day.ts';

const FORMAT = 1;
/** Steps within which a reading must be the largest to count. */
const PEAK_STEPS = 20;
/** Format, features, newest step, steps seen. */
const HEAD = 4;

/** Low and high of each running guard, of one feature. */
export const BOUNDS = 2 * RUNNING_GUARDS.length;
/** Where a feature's floats lie: its profile by slot, its last values, its last residuals. */
export const VALUES_AT = SLOTS;
export const RESIDUALS_AT = SLOTS + KEPT_VALUES;
export const FLOATS = RESIDUALS_AT + KEPT_RESIDUALS;

/** All that the running guards remember of one entity: 544 bytes a feature, of a size that does not grow. */
export interface GuardMemory {
  readonly features: number;
  /** Newest step taken in; -1 before the first. */
  upToStep: number;
  /** Steps taken in. */
  steps: number;
  /** Values taken in by feature. */
  readonly written: Float64Array;
  /** `[features, BOUNDS]`, scaled. */
  readonly bounds: Float64Array;
  /** `[features, FLOATS]`, scaled. */
  readonly floats: Float32Array;
  /** The last 20 readings, a ring by `steps`. */
  readonly peaks: Float64Array;
}

/** The memory of an entity never seen. `profiles` `[features, SLOTS]` is what is usual by the hour, NaN where unknown. */
export function newGuardMemory(features: number, profiles: Float32Array | null): GuardMemory {
  const floats = new Float32Array(features * FLOATS);
  for (let feature = 0; feature < features; feature++) {
    const profile = profiles?.subarray(feature * SLOTS, (feature + 1) * SLOTS);
    if (profile === undefined) floats.fill(Number.NaN, feature * FLOATS, feature * FLOATS + SLOTS);
    else floats.set(profile, feature * FLOATS);
  }
  return {
    features,
    upToStep: -1,
    steps: 0,
    written: new Float64Array(features),
    bounds: new Float64Array(features * BOUNDS).fill(Number.NaN),
    floats,
    peaks: new Float64Array(PEAK_STEPS),
  };
}

/** Whether a reading is larger than the last 20; it takes its place among them. */
export function isPeak(memory: GuardMemory, reading: number): boolean {
  const before = memory.peaks.reduce((most, one) => Math.max(most, one), 0);
  memory.peaks[memory.steps % PEAK_STEPS] = reading;
  return reading > before;
}

/** The whole memory, to the bit; little-endian. */
export function guardBytes(memory: GuardMemory): Uint8Array {
  const { features, upToStep, steps, written, bounds, floats, peaks } = memory;
  const doubles = [FORMAT, features, upToStep, steps, ...written, ...bounds, ...peaks];
  const bytes = new Uint8Array(8 * doubles.length + 4 * floats.length);
  const view = new DataView(bytes.buffer);
  doubles.forEach((value, index) => view.setFloat64(8 * index, value, true));
  floats.forEach((value, index) => view.setFloat32(8 * doubles.length + 4 * index, value, true));
  return bytes;
}

/** Brings a memory back; `null` if it is of another format or number of features: then the guards begin anew. */
export function readGuardBytes(bytes: Uint8Array, features: number): GuardMemory | null {
  const memory = newGuardMemory(features, null);
  const { written, bounds, floats, peaks } = memory;
  const doubles = HEAD + written.length + bounds.length + peaks.length;
  if (bytes.length !== 8 * doubles + 4 * floats.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const double = (index: number): number => view.getFloat64(8 * index, true);
  if (double(0) !== FORMAT || double(1) !== features) return null;
  memory.upToStep = double(2);
  memory.steps = double(3);
  let at = HEAD;
  for (const part of [written, bounds, peaks]) {
    for (let index = 0; index < part.length; index++) part[index] = double(at++);
  }
  for (let index = 0; index < floats.length; index++) {
    floats[index] = view.getFloat32(8 * doubles + 4 * index, true);
  }
  return memory;
}
