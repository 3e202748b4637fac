/** Steps in a mean. */
const MEAN_STEPS = 20;
/** Steps in a spread. */
const SPREAD_STEPS = 48;
/** Below that a feature stands still: far under what training has seen it move. */
const LEAST_SD = 1e-5;

/** How many values of a feature are kept, and how many residuals. */
export const KEPT_VALUES = SPREAD_STEPS;
export const KEPT_RESIDUALS = MEAN_STEPS;

/** Mean of the newest 20 of a ring's values; `at` and `size` tell where the ring lies, `written` how many values it has had. */
export function meanOfLast(memory: Float32Array, at: number, size: number, written: number): number {
  if (written < MEAN_STEPS) return Number.NaN;
  let sum = 0;
  let index = written % size;
  for (let back = 0; back < MEAN_STEPS; back++) {
    index = index === 0 ? size - 1 : index - 1;
    sum += memory[at + index]!;
  }
  return sum / MEAN_STEPS;
}

/** The standard deviation that a log spread stands for. */
export function spreadOf(logarithm: number): number {
  return Math.max(0, Math.exp(logarithm) - LEAST_SD);
}

/** Log of the standard deviation of the last 48 values, NaN before there are so many. */
export function logSpread(memory: Float32Array, at: number, written: number): number {
  if (written < SPREAD_STEPS) return Number.NaN;
  let sum = 0;
  for (let index = 0; index < SPREAD_STEPS; index++) sum += memory[at + index]!;
  const mean = sum / SPREAD_STEPS;
  let squares = 0;
  for (let index = 0; index < SPREAD_STEPS; index++) squares += (memory[at + index]! - mean) ** 2;
  return Math.log(Math.sqrt(squares / SPREAD_STEPS) + LEAST_SD);
}
