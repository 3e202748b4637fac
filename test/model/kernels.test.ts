import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import { startBackend } from '../../src/model/backend.ts';
import { loadKernels } from '../../src/model/kernels.ts';
import type { Kernels } from '../../src/model/kernels.ts';
import { rowProduct } from '../../src/model/row-product.ts';

let kernels: Kernels;
const random = createRandom(1);
const normals = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());

beforeAll(async () => {
  kernels = await loadKernels('wasm');
});

describe('the kernels', () => {
  it.each([
    [24, 5],
    [133, 19],
    [384, 40],
    [1216, 125],
  ])('give a row of a %i × %i product the same bits in every batch', (inner, columns) => {
    const right = kernels.hold(normals(inner * columns), inner, columns);
    const rows = normals(67 * inner);
    const whole = kernels.multiply(rows, 67, right);
    for (const count of [1, 2, 3, 4, 5, 7, 16, 33]) {
      for (const first of [0, 1, 6, 34]) {
        const part = kernels.multiply(rows.slice(first * inner, (first + count) * inner), count, right);
        expect(part).toEqual(whole.slice(first * columns, (first + count) * columns));
      }
    }
    kernels.release(right);
  });

  it('give a row the same bits through layers in every batch', () => {
    const weights = [tf.tensor2d(normals(30 * 17), [30, 17]), tf.tensor2d(normals(17 * 30), [17, 30])];
    const width = { inputs: 30, outputs: 30 };
    const net = (input: tf.Tensor2D): tf.Tensor2D =>
      tf.matMul(tf.elu(tf.matMul<tf.Tensor2D>(input, weights[0]!)), weights[1]!);
    const rows = normals(41 * 30);
    const whole = kernels.run(rows, 41, width, net);
    for (const [first, count] of [
      [0, 1],
      [3, 2],
      [5, 7],
      [40, 1],
    ] as const) {
      const part = kernels.run(rows.slice(first * 30, (first + count) * 30), count, width, net);
      expect(part).toEqual(whole.slice(first * 30, (first + count) * 30));
    }
    tf.dispose(weights);
  });

  it('keep no tensor beyond what is held', () => {
    const before = tf.memory().numTensors;
    const right = kernels.hold(normals(12), 4, 3);
    kernels.multiply(normals(8), 2, right);
    expect(tf.memory().numTensors).toBe(before + 1);
    kernels.release(right);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('agree with plain loops', () => {
    const small = normals(40 * 6);
    const input = normals(3 * 40);
    const right = kernels.hold(small, 40, 6);
    const plain = rowProduct(small, { rows: 40, columns: 6, usualCount: 1 }, kernels).apply(input, 3);
    const wasm = kernels.multiply(input, 3, right);
    plain.forEach((value, i) => expect(value).toBeCloseTo(wasm[i] ?? Number.NaN, 4));
    kernels.release(right);
  });

  it('multiply transposed operands as the definition says', () => {
    const a = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const b = tf.tensor2d([1, 0, 2, 1, 0, 3], [3, 2]);
    expect([...tf.matMul(a, b, true, false).dataSync()]).toEqual([7, 18, 10, 22]);
    expect([...tf.matMul(a, b, false, true).dataSync()]).toEqual([1, 4, 6, 3, 10, 12, 5, 16, 18]);
    const transposedBoth = tf.matMul(a, tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]), true, true);
    expect([...transposedBoth.dataSync()]).toEqual([22, 49, 28, 64]);
  });
});

describe('startBackend', () => {
  it('refuses a second backend in the same thread by name', async () => {
    await expect(startBackend('cpu')).rejects.toThrow('already runs "wasm"');
  });

  it('runs in a worker thread of a child process and leaves error events alone', () => {
    const script = fileURLToPath(new URL('./score-in-worker.ts', import.meta.url));
    const child = spawnSync(process.execPath, ['--import', 'tsx', script], { encoding: 'utf8' });
    expect(child.stdout.trim()).toBe('main wasm 11, 0 error hooks\nworker wasm 11, 0 error hooks');
  });
});
