import * as tf from '@tensorflow/tfjs-core';
import * as layersApi from '@tensorflow/tfjs-layers';
import { createRandom } from '../core/random.ts';
import type { StackLayer } from './layer-stack.ts';

/** Rows `[count, inputs]` and what is wanted of them, `[count, outputs]`. */
export interface StackRows {
  readonly count: number;
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
}

export interface StackOptions {
  readonly seed: number;
  /** `cross_entropy` is over classes if the last layer is a softmax, else over each output between 0 and 1. */
  readonly loss: 'mse' | 'cross_entropy';
  /** Of Adam. */
  readonly learningRate: number;
  readonly batchSize: number;
  readonly maxEpochs: number;
  /** Epochs without a smaller validation loss before the end. */
  readonly patience: number;
  readonly signal?: AbortSignal;
}

/** One pass over the rows. */
export interface StackEpoch {
  readonly epoch: number;
  readonly training: number;
  readonly validation: number;
  /** Share of validation rows put into the right class; NaN unless the last layer is a softmax. */
  readonly accuracy: number;
}

/** The layers of the epoch with the smallest validation loss, and the way there. */
export interface TrainedStack {
  readonly layers: StackLayer[];
  readonly curve: readonly StackEpoch[];
}

/**
 * Trains all layers from where they are, by Adam, in a seeded order: equal input gives the same bits on wasm and cpu. Stops
 * early by validation loss; throws the signal's reason on abort. The backend must have been started.
 */
export async function trainStack(
  layers: readonly StackLayer[],
  rows: { readonly training: StackRows; readonly validation: StackRows },
  options: StackOptions,
): Promise<TrainedStack> {
  const model = toModel(layers);
  const overClasses = layers.at(-1)?.activation === 'softmax';
  const crossEntropy = overClasses ? 'categoricalCrossentropy' : 'binaryCrossentropy';
  const loss = options.loss === 'mse' ? 'meanSquaredError' : crossEntropy;
  model.compile({ optimizer: tf.train.adam(options.learningRate), loss });
  const random = createRandom(options.seed);
  const order = Int32Array.from({ length: rows.training.count }, (_, index) => index);
  const curve: StackEpoch[] = [];
  let best: StackLayer[] = [...layers];
  let bestLoss = Number.POSITIVE_INFINITY;
  try {
    for (let epoch = 1, waited = 0; epoch <= options.maxEpochs && waited < options.patience; epoch++) {
      random.shuffle(order);
      const training = await trainEpoch(model, rows.training, order, options);
      const { validation, accuracy } = evaluate(model, rows.validation);
      curve.push({ epoch, training, validation, accuracy: overClasses ? accuracy : Number.NaN });
      if (validation < bestLoss) {
        bestLoss = validation;
        best = fromModel(model, layers);
        waited = 0;
      } else {
        waited++;
      }
    }
  } finally {
    model.optimizer.dispose();
    model.dispose();
  }
  return { layers: best, curve };
}

function toModel(layers: readonly StackLayer[]): layersApi.Sequential {
  const model = layersApi.sequential();
  layers.forEach(({ weights, bias, activation }, index) => {
    const shape = [weights.length / bias.length, bias.length] as const;
    const given = [tf.tensor2d(weights, [...shape]), tf.tensor1d(bias)];
    model.add(
      layersApi.layers.dense({
        units: bias.length,
        activation,
        // Overwritten below; zeros cost no random numbers.
        kernelInitializer: 'zeros',
        ...(index === 0 ? { inputShape: [shape[0]] } : {}),
      }),
    );
    model.layers.at(-1)?.setWeights(given);
    tf.dispose(given);
  });
  return model;
}

function fromModel(model: layersApi.Sequential, layers: readonly StackLayer[]): StackLayer[] {
  return layers.map(({ activation }, index) => {
    const [weights, bias] = model.layers[index]?.getWeights() ?? [];
    if (weights === undefined || bias === undefined)
      throw new TypeError('a dense layer has weights and bias');
    return {
      weights: weights.dataSync<'float32'>().slice(),
      bias: bias.dataSync<'float32'>().slice(),
      activation,
    };
  });
}

async function trainEpoch(
  model: layersApi.Sequential,
  { inputs, targets, count }: StackRows,
  order: Int32Array,
  options: StackOptions,
): Promise<number> {
  let sum = 0;
  for (let start = 0; start < count; start += options.batchSize) {
    options.signal?.throwIfAborted();
    const chosen = order.subarray(start, Math.min(start + options.batchSize, count));
    const input = gather(inputs, count, chosen);
    const target = gather(targets, count, chosen);
    sum += Number(await model.trainOnBatch(input, target)) * chosen.length;
    tf.dispose([input, target]);
  }
  // Lets messages and an abort through between epochs.
  await new Promise((resolve) => setImmediate(resolve));
  return sum / count;
}

function gather(values: Float32Array, count: number, chosen: Int32Array): tf.Tensor2D {
  const width = values.length / count;
  const result = new Float32Array(chosen.length * width);
  chosen.forEach((from, to) => result.set(values.subarray(from * width, (from + 1) * width), to * width));
  return tf.tensor2d(result, [chosen.length, width]);
}

function evaluate(
  model: layersApi.Sequential,
  { inputs, targets, count }: StackRows,
): { validation: number; accuracy: number } {
  const input = tf.tensor2d(inputs, [count, inputs.length / count]);
  const target = tf.tensor2d(targets, [count, targets.length / count]);
  const loss = model.evaluate(input, target, { batchSize: count }) as tf.Scalar;
  const hits = tf.tidy(() => {
    const output = model.predict(input, { batchSize: count }) as tf.Tensor2D;
    return tf.sum(tf.cast(tf.equal(tf.argMax(output, 1), tf.argMax(target, 1)), 'int32'));
  });
  const validation = loss.dataSync()[0] ?? Number.NaN;
  const accuracy = (hits.dataSync()[0] ?? 0) / count;
  tf.dispose([input, target, loss, hits]);
  return { validation, accuracy };
}
