import * as tf from '@tensorflow/tfjs-core';
import type { Random } from '../core/random.ts';

/** How a layer bends its sums; `softmax` makes shares of them, for a choice among classes. */
export type Activation = 'elu' | 'linear' | 'sigmoid' | 'softmax';

/** One dense layer as plain numbers: weights `[inputs, units]` row by row, bias `[units]`. */
export interface StackLayer {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly activation: Activation;
}

const ACTIVATE: Readonly<Record<Activation, (sum: tf.Tensor2D) => tf.Tensor2D>> = {
  elu: (sum) => tf.elu(sum),
  linear: (sum) => sum,
  sigmoid: (sum) => tf.sigmoid(sum),
  softmax: (sum) => tf.softmax(sum),
};

/** New layers of the given widths, input first, one activation a layer; weights by Glorot and Bengio (2010), bias zero. */
export function newLayers(
  widths: readonly number[],
  activations: readonly Activation[],
  random: Random,
): StackLayer[] {
  return activations.map((activation, index) => {
    const inputs = widths[index] ?? 0;
    const units = widths[index + 1] ?? 0;
    const reach = Math.sqrt(6 / (inputs + units));
    const weights = Float32Array.from({ length: inputs * units }, () => reach * (2 * random.next() - 1));
    return { weights, bias: new Float32Array(units), activation };
  });
}

/** Sends rows `[rows, inputs]` through the layers: `[rows, units of the last]`. The backend must have been started. */
export function runStack(layers: readonly StackLayer[], input: Float32Array, rows: number): Float32Array {
  const output = tf.tidy(() =>
    layers.reduce(
      (values, { weights, bias, activation }) => {
        const matrix = tf.tensor2d(weights, [weights.length / bias.length, bias.length]);
        return ACTIVATE[activation](tf.add(tf.matMul(values, matrix), tf.tensor1d(bias)));
      },
      tf.tensor2d(input, [rows, input.length / rows]),
    ),
  );
  const values = output.dataSync<'float32'>().slice();
  output.dispose();
  return values;
}
