import type { Kernels } from './kernels.ts';

/**
 * Sums of products of rows that lie 0 … lags − 1 steps apart: all that the linear models need of any number of rows. Additive over
 * stretches, days and entities; plain numbers, so that it can be stored and sent as it is.
 */
export interface LaggedCovariance {
  readonly features: number;
  readonly lags: number;
  /** `[lags, features, features]`: sum over t of row(t)ᵀ · row(t + lag). */
  readonly sums: Float64Array;
  /** How many pairs of rows each lag's sum has; lag 0: the rows. */
  readonly pairs: Float64Array;
}

/** A consecutive stretch of scaled rows `[count, features]`, NaN where nothing is known. */
export interface Stretch {
  readonly rows: Float32Array;
  readonly count: number;
}

/** Rows in one product: bounds memory, and float32 sums stay exact enough. */
const CHUNK_ROWS = 512;

/** Statistics of no rows. */
export function emptyLaggedCovariance(features: number, lags: number): LaggedCovariance {
  return {
    features,
    lags,
    sums: new Float64Array(lags * features * features),
    pairs: new Float64Array(lags),
  };
}

/** Adds `factor` × `other` in place, as if its rows had been seen that often. Shapes must be equal. */
export function addLagged(target: LaggedCovariance, other: LaggedCovariance, factor = 1): void {
  for (let i = 0; i < target.sums.length; i++) target.sums[i] = target.sums[i]! + factor * other.sums[i]!;
  for (let i = 0; i < target.pairs.length; i++) target.pairs[i] = target.pairs[i]! + factor * other.pairs[i]!;
}

/**
 * Adds the pairs inside one stretch in place; rows of different stretches are never paired. Missing values count as the mean (zero),
 * as they do when a window is scored, so every block matrix stays that of real windows.
 */
export function addStretch(target: LaggedCovariance, stretch: Stretch, kernels: Kernels): void {
  const { features, lags } = target;
  const { rows, count } = stretch;
  for (let lag = 0; lag < Math.min(lags, count); lag++) target.pairs[lag] = target.pairs[lag]! + count - lag;
  for (let start = 0; start < count; start += CHUNK_ROWS) {
    const length = Math.min(CHUNK_ROWS, count - start);
    const transposed = new Float32Array(features * length);
    const following = new Float32Array(length * lags * features);
    for (let row = 0; row < length; row++) {
      for (let feature = 0; feature < features; feature++) {
        transposed[feature * length + row] = known(rows[(start + row) * features + feature]!);
      }
      const reach = Math.min(lags, count - start - row) * features;
      const from = (start + row) * features;
      const to = row * lags * features;
      for (let i = 0; i < reach; i++) following[to + i] = known(rows[from + i]!);
    }
    const held = kernels.hold(following, length, lags * features);
    const products = kernels.multiply(transposed, features, held);
    kernels.release(held);
    for (let feature = 0; feature < features; feature++) {
      for (let lag = 0; lag < lags; lag++) {
        const to = (lag * features + feature) * features;
        const from = (feature * lags + lag) * features;
        for (let other = 0; other < features; other++) {
          target.sums[to + other] = target.sums[to + other]! + products[from + other]!;
        }
      }
    }
  }
}

/**
 * The covariance of all windows of `steps` rows, `[steps · features, steps · features]`, window row by row: block-Toeplitz in the
 * lagged cross-covariances (to the third digit of every quality figure that of the windows themselves). `steps` must not exceed `lags`.
 */
export function windowCovariance(lagged: LaggedCovariance, steps: number): Float64Array {
  const { features } = lagged;
  const size = steps * features;
  const matrix = new Float64Array(size * size);
  for (let lag = 0; lag < steps; lag++) {
    const pairs = lagged.pairs[lag]!;
    if (pairs === 0) continue;
    for (let i = 0; i < features; i++) {
      for (let j = 0; j < features; j++) {
        const value = lagged.sums[(lag * features + i) * features + j]! / pairs;
        for (let step = 0; step + lag < steps; step++) {
          const row = step * features + i;
          const column = (step + lag) * features + j;
          matrix[row * size + column] = value;
          matrix[column * size + row] = value;
        }
      }
    }
  }
  return matrix;
}

function known(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}
