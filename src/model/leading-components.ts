import { dot, orthonormaliseRows } from '../core/linear-algebra.ts';
import { createRandom } from '../core/random.ts';
import { symmetricEigen } from '../core/symmetric-eigen.ts';
import type { HeldMatrix, Kernels } from './kernels.ts';

/** Leading eigenvectors of a covariance matrix. */
export interface Components {
  readonly count: number;
  /** Orthonormal rows `[count, size]`, largest variance first. */
  readonly vectors: Float64Array;
  /** Their share of the whole variance. */
  readonly share: number;
}

export interface ComponentsOptions {
  /** Share of the variance that is to be covered, e.g. 0.9. */
  readonly share: number;
  readonly limit: number;
  readonly seed: number;
  /** Rows `[any, size]` near the answer, e.g. the cohort's components: fewer rounds. */
  readonly start?: Float64Array;
}

/** Up to this size all eigenvectors at once are as quick. */
const DIRECT_SIZE = 64;
/** Rounds end when the covered share moves by less than this. */
const SETTLED = 5e-4;
const MAX_ROUNDS = 60;
/** Spare vectors make the last wanted ones settle sooner. */
const SPARE = 8;

/**
 * The fewest leading eigenvectors of a covariance `[size, size]` that cover the asked share of variance, at most `limit`: subspace
 * iteration with Rayleigh–Ritz (Saad, Numerical Methods for Large Eigenvalue Problems, §5.2), the subspace growing as needed.
 */
export function leadingComponents(
  covariance: Float64Array,
  size: number,
  options: ComponentsOptions,
  kernels: Kernels,
): Components {
  let total = 0;
  for (let i = 0; i < size; i++) total += covariance[i * size + i]!;
  if (size <= DIRECT_SIZE || total === 0) return directly(covariance, size, total, options);
  const held = kernels.hold(Float32Array.from(covariance), size, size);
  try {
    return iterate(held, total, options, kernels);
  } finally {
    kernels.release(held);
  }
}

function directly(
  covariance: Float64Array,
  size: number,
  total: number,
  options: ComponentsOptions,
): Components {
  const { values, vectors } = symmetricEigen(covariance, size);
  const count = wanted(values, total, options);
  return summary(count, vectors, values, total);
}

function iterate(
  covariance: HeldMatrix,
  total: number,
  options: ComponentsOptions,
  kernels: Kernels,
): Components {
  const size = covariance.rows;
  const random = createRandom(options.seed);
  const most = Math.min(size, options.limit + SPARE);
  const given = (options.start?.length ?? 0) / size;
  let width = Math.min(most, Math.max(24, Math.ceil(size / 16), given + SPARE));
  let basis = extended(options.start ?? new Float64Array(0), width, size, random.normal);
  let covered = 0;
  for (let round = 0; ; round++) {
    orthonormaliseRows(basis, width, size);
    const images = Float64Array.from(kernels.multiply(Float32Array.from(basis), width, covariance));
    const small = new Float64Array(width * width);
    for (let i = 0; i < width; i++) {
      for (let j = 0; j <= i; j++) {
        const value = dot(basis, i * size, images, j * size, size);
        small[i * width + j] = value;
        small[j * width + i] = value;
      }
    }
    const { values, vectors } = symmetricEigen(small, width);
    const count = wanted(values, total, options);
    const before = covered;
    covered = sumFirst(values, count) / total;
    const missing = covered < options.share && count === width && width < most;
    const settled = Math.abs(covered - before) < (missing ? 0.02 : SETTLED) || round >= MAX_ROUNDS;
    const rotation = kernels.hold(transposedOf(vectors, width), width, width);
    const rotated = rotate(settled && !missing ? basis : images, rotation, size, kernels);
    kernels.release(rotation);
    if (settled && !missing) {
      orthonormaliseRows(rotated, count, size);
      return summary(count, rotated, values, total);
    }
    const nextWidth = settled ? Math.min(most, Math.ceil(width * 1.5)) : width;
    basis = nextWidth === width ? rotated : extended(rotated, nextWidth, size, random.normal);
    width = nextWidth;
  }
}

/** vectorsᵀ · rows for row-wise data: products want the right-hand side held, so it is done on transposes. */
function rotate(rows: Float64Array, rotation: HeldMatrix, size: number, kernels: Kernels): Float64Array {
  const width = rotation.rows;
  const left = new Float32Array(size * width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < size; j++) left[j * width + i] = rows[i * size + j]!;
  }
  const product = kernels.multiply(left, size, rotation);
  const rotated = new Float64Array(width * size);
  for (let j = 0; j < size; j++) {
    for (let i = 0; i < width; i++) rotated[i * size + j] = product[j * width + i]!;
  }
  return rotated;
}

function transposedOf(matrix: Float64Array, size: number): Float32Array {
  const result = new Float32Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) result[j * size + i] = matrix[i * size + j]!;
  }
  return result;
}

function extended(rows: Float64Array, width: number, size: number, draw: () => number): Float64Array {
  const result = new Float64Array(width * size);
  const kept = Math.min(rows.length, result.length);
  result.set(rows.subarray(0, kept));
  for (let i = kept; i < result.length; i++) result[i] = draw();
  return result;
}

function wanted(values: Float64Array, total: number, options: ComponentsOptions): number {
  let sum = 0;
  let count = 0;
  while (count < Math.min(values.length, options.limit) && sum < options.share * total) {
    sum += Math.max(0, values[count]!);
    count++;
  }
  return Math.max(1, count);
}

function summary(count: number, vectors: Float64Array, values: Float64Array, total: number): Components {
  const size = vectors.length / values.length;
  const share = total > 0 ? sumFirst(values, count) / total : 1;
  return { count, vectors: vectors.slice(0, count * size), share };
}

function sumFirst(values: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]!;
  return sum;
}
