import * as tf from '@tensorflow/tfjs-core';
import type { WeightSpec } from './net.ts';

/** Weights and biases of dense layers through the given widths, input first. */
export function denseWeights(widths: readonly number[]): WeightSpec[] {
  return widths.slice(1).flatMap((units, index): WeightSpec[] => [
    { shape: [widths[index] ?? 0, units], start: 'glorot' },
    { shape: [units], start: 'zeros' },
  ]);
}

/** One dense layer: rows `[count, inputs]` × weights + bias. */
export function denseLayer(rows: tf.Tensor2D, take: () => tf.Tensor2D): tf.Tensor2D {
  return tf.add<tf.Tensor2D>(tf.matMul(rows, take()), take());
}

/** `count` dense layers, ELU after each but the last. */
export function denseStack(rows: tf.Tensor2D, count: number, take: () => tf.Tensor2D): tf.Tensor2D {
  let values = rows;
  for (let layer = 1; layer <= count; layer++) {
    const sum = denseLayer(values, take);
    values = layer < count ? tf.elu(sum) : sum;
  }
  return values;
}
