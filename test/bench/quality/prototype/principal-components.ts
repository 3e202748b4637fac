import { orthonormaliseRows } from '../../../../src/core/linear-algebra.ts';
import { createRandom } from '../../../../src/core/random.ts';
import { symmetricEigen } from '../../../../src/core/symmetric-eigen.ts';
import type { Kernels } from '../../../../src/model/kernels.ts';

/** Up to this size the whole eigenproblem is solved. */
const DIRECT_SIZE = 320;
const SHARE = 0.9;
const PRODUCTS = 24;
const PRODUCTS_A_ROUND = 3;
const FIRST_SHARE_OF_SIZE = 1 / 6;
const GROWTH = 1.5;

/**
 * Unit components for 90 % of the variance of a covariance `[size, size]`, as rows `[count, size]`: all of a small matrix,
 * else a block power iteration of a fixed number of products.
 */
export function principalComponents(matrix: Float64Array, size: number, kernels: Kernels): Float64Array {
  let total = 0;
  for (let i = 0; i < size; i++) total += matrix[i * size + i] ?? 0;
  if (size <= DIRECT_SIZE) {
    const { values, vectors } = symmetricEigen(matrix, size);
    return vectors.slice(0, countFor(values, total) * size);
  }
  const held = kernels.hold(Float32Array.from(matrix), size, size);
  const random = createRandom(size);
  let block = Math.ceil(size * FIRST_SHARE_OF_SIZE);
  for (;;) {
    let rows = Float64Array.from({ length: block * size }, () => random.normal());
    for (let product = 1; product <= PRODUCTS; product++) {
      if (product % PRODUCTS_A_ROUND === 1) orthonormaliseRows(rows, block, size);
      rows = Float64Array.from(kernels.multiply(Float32Array.from(rows), block, held));
    }
    orthonormaliseRows(rows, block, size);
    const image = kernels.multiply(Float32Array.from(rows), block, held);
    const small = multiplyByTransposed(image, rows, { count: block, size }, kernels);
    const { values, vectors } = symmetricEigen(small, block);
    const count = countFor(values, total);
    if (count < block || block === size) {
      kernels.release(held);
      const right = kernels.hold(Float32Array.from(rows), block, size);
      const turned = kernels.multiply(Float32Array.from(vectors.subarray(0, count * block)), count, right);
      kernels.release(right);
      return Float64Array.from(turned);
    }
    block = Math.min(size, Math.ceil(block * GROWTH));
  }
}

function multiplyByTransposed(
  left: Float32Array,
  right: Float64Array,
  { count, size }: { readonly count: number; readonly size: number },
  kernels: Kernels,
): Float64Array {
  const turned = new Float32Array(size * count);
  for (let row = 0; row < count; row++)
    for (let i = 0; i < size; i++) turned[i * count + row] = right[row * size + i] ?? 0;
  const held = kernels.hold(turned, size, count);
  const product = Float64Array.from(kernels.multiply(left, count, held));
  kernels.release(held);
  return product;
}

function countFor(values: Float64Array, total: number): number {
  let [sum, count] = [0, 0];
  while (count < values.length && sum < SHARE * total) sum += Math.max(0, values[count++] ?? 0);
  return Math.max(1, count);
}
