import type { HeldMatrix, Kernels } from './kernels.ts';

/** A fixed matrix that rows are multiplied with. */
export interface RowProduct {
  /** `[rows, matrix rows]` → `[rows, matrix columns]`. */
  apply(rows: Float32Array, count: number): Float32Array;
  dispose(): void;
}

/** Up to this many multiplications a call a plain loop beats the cost of a call to the backend (18 µs). */
const PLAIN_LIMIT = 16_384;

/**
 * Prepares `matrix` `[rows, columns]` for products with rows that come about `usualCount` at a time. Plain loop or backend is chosen by
 * that and the matrix's shape alone, never by the batch at hand, so that a row's result does not depend on what comes with it.
 */
export function rowProduct(
  matrix: Float32Array,
  { rows, columns, usualCount }: { rows: number; columns: number; usualCount: number },
  kernels: Kernels,
): RowProduct {
  if (matrix.length * usualCount > PLAIN_LIMIT) {
    const held: HeldMatrix = kernels.hold(matrix, rows, columns);
    return {
      apply: (input, count) => kernels.multiply(input, count, held),
      dispose: () => {
        kernels.release(held);
      },
    };
  }
  const transposed = new Float32Array(matrix.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) transposed[j * rows + i] = matrix[i * columns + j]!;
  }
  return {
    apply: (input, count) => plainProduct(input, count, transposed, rows, columns),
    dispose: () => undefined,
  };
}

function plainProduct(
  input: Float32Array,
  count: number,
  transposed: Float32Array,
  rows: number,
  columns: number,
): Float32Array {
  const output = new Float32Array(count * columns);
  const whole = rows - (rows % 4);
  for (let row = 0; row < count; row++) {
    const from = row * rows;
    for (let column = 0; column < columns; column++) {
      const start = column * rows;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let i = 0; i < whole; i += 4) {
        s0 += input[from + i]! * transposed[start + i]!;
        s1 += input[from + i + 1]! * transposed[start + i + 1]!;
        s2 += input[from + i + 2]! * transposed[start + i + 2]!;
        s3 += input[from + i + 3]! * transposed[start + i + 3]!;
      }
      for (let i = whole; i < rows; i++) s0 += input[from + i]! * transposed[start + i]!;
      output[row * columns + column] = s0 + s1 + (s2 + s3);
    }
  }
  return output;
}
