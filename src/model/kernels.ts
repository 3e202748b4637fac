import * as tf from '@tensorflow/tfjs-core';
import type { ModelSpec } from '../core/detector.ts';
import { startBackend } from './backend.ts';
import type { BackendName, RememberedBackend } from './backend.ts';

/** A right-hand matrix `[rows, columns]` that stays with the backend between products. */
export interface HeldMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly tensor: tf.Tensor2D;
}

/** Matrix work on the tensor backend, in float32. Each row of a result is the same to the bit whatever the other rows are. */
export interface Kernels {
  readonly backend: BackendName;
  /** Copies `values` (row by row) to the backend; free it with `release`. */
  hold(values: Float32Array, rows: number, columns: number): HeldMatrix;
  release(matrix: HeldMatrix): void;
  /** `left` `[leftRows, right.rows]` × `right` → `[leftRows, right.columns]`. */
  multiply(left: Float32Array, leftRows: number, right: HeldMatrix): Float32Array;
  /**
   * Sends rows `[count, inputs]` through `compute`, whose result is `[count, outputs]` and must keep to each row by itself; it holds
   * on to no tensor.
   */
  run(
    input: Float32Array,
    count: number,
    width: { readonly inputs: number; readonly outputs: number },
    compute: (rows: tf.Tensor2D) => tf.Tensor2D,
  ): Float32Array;
}

/**
 * Rows of one call are padded to a multiple of this. The wasm kernel works a row at a time from the same sums (tested); the native
 * one picks its blocking by the shape, so it gets whole tiles of one shape only.
 */
const ROW_TILE: Readonly<Record<BackendName, number>> = { native: 64, wasm: 1, cpu: 1 };

/** Starts the backend if need be and answers its kernels; they are synchronous. */
export async function loadKernels(
  choice: ModelSpec['backend'],
  remembered?: RememberedBackend,
): Promise<Kernels> {
  const backend = await startBackend(choice, remembered);
  const tile = ROW_TILE[backend];
  const hold = (values: Float32Array, rows: number, columns: number): HeldMatrix => ({
    rows,
    columns,
    tensor: tf.tensor2d(values, [rows, columns], 'float32'),
  });
  return {
    backend,
    hold,
    release: (matrix) => {
      matrix.tensor.dispose();
    },
    multiply: (left, leftRows, right) =>
      inTiles(left, leftRows, tile, { inputs: right.rows, outputs: right.columns }, (tensor) =>
        tf.matMul<tf.Tensor2D>(tensor, right.tensor),
      ),
    run: (input, count, width, compute) => inTiles(input, count, tile, width, compute),
  };
}

function inTiles(
  input: Float32Array,
  rows: number,
  tile: number,
  { inputs, outputs }: { readonly inputs: number; readonly outputs: number },
  compute: (tensor: tf.Tensor2D) => tf.Tensor2D,
): Float32Array {
  if (rows === 0) return new Float32Array(0);
  const run = (values: Float32Array, count: number): Float32Array => {
    // The values are read outside of tidy, which would walk through them one by one in search of tensors.
    const result = tf.tidy(() => compute(tf.tensor2d(values, [count, inputs], 'float32')));
    const output = result.dataSync<'float32'>();
    result.dispose();
    return output;
  };
  if (tile === 1) return run(input, rows);
  const output = new Float32Array(rows * outputs);
  for (let start = 0; start < rows; start += tile) {
    const count = Math.min(tile, rows - start);
    const padded = new Float32Array(tile * inputs);
    padded.set(input.subarray(start * inputs, (start + count) * inputs));
    output.set(run(padded, tile).subarray(0, count * outputs), start * outputs);
  }
  return output;
}
