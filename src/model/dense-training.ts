import * as tf from '@tensorflow/tfjs-core';
import * as layersApi from '@tensorflow/tfjs-layers';
import type { Random } from '../core/random.ts';
import type { AutoencoderOptions, EpochLoss } from './autoencoder.ts';

/** Weights `[inputs, units]` and bias `[units]` of one dense layer. */
export interface DenseLayer {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly elu: boolean;
}

export interface DenseTrainingSet {
  /** Scaled windows without NaN, `[trainingCount, shape[0]]`. */
  readonly training: Float32Array;
  readonly trainingCount: number;
  readonly holdOut: Float32Array;
  readonly holdOutCount: number;
  /** Widths from input to output; the narrowest, in the middle, is linear. */
  readonly shape: readonly number[];
}

/** sd of the noise added to inputs: the net learns to pull a window back to normal, not to copy it. */
const INPUT_NOISE = 0.1;
/** Drawn once and read from a random place a batch: drawing each number anew took a tenth of the training. */
const NOISE_TABLE = 65_537;
/** Epochs without a better hold-out loss before the end. */
const PATIENCE = 3;
/** What counts as better: smaller by this share. */
const IMPROVEMENT = 0.005;

/**
 * Trains a dense autoencoder on mean squared error with Adam and answers the layers of its best epoch on hold-out. Seeded
 * initialisers and our own seeded shuffle and noise: on wasm the same input gives the same bits. Throws the signal's reason on abort.
 */
export async function trainDense(
  data: DenseTrainingSet,
  options: AutoencoderOptions,
  random: Random,
): Promise<{ layers: DenseLayer[]; curve: EpochLoss[] }> {
  const model = buildNet(data.shape, random);
  model.compile({ optimizer: tf.train.adam(options.learningRate), loss: 'meanSquaredError' });
  const holdOut = tf.tensor2d(data.holdOut, [data.holdOutCount, data.shape[0] ?? 0]);
  const order = Int32Array.from({ length: data.trainingCount }, (_, index) => index);
  const noise = Float32Array.from({ length: NOISE_TABLE }, () => INPUT_NOISE * random.normal());
  const curve: EpochLoss[] = [];
  let best = snapshot(model);
  let bestLoss = Number.POSITIVE_INFINITY;
  try {
    for (let epoch = 1, waited = 0; epoch <= options.maxEpochs && waited < PATIENCE; epoch++) {
      random.shuffle(order);
      const training = await trainEpoch(model, data, order, options, { random, noise });
      const loss = data.holdOutCount > 0 ? meanLoss(model, holdOut) : training;
      curve.push({ epoch, training, holdOut: loss });
      options.onEpoch?.({ epoch, training, holdOut: loss }, options.maxEpochs);
      if (loss < bestLoss * (1 - IMPROVEMENT)) {
        bestLoss = loss;
        best = snapshot(model);
        waited = 0;
      } else {
        waited++;
      }
    }
  } finally {
    holdOut.dispose();
    model.optimizer.dispose();
    model.dispose();
  }
  return { layers: best, curve };
}

function buildNet(shape: readonly number[], random: Random): layersApi.Sequential {
  const model = layersApi.sequential();
  const widths = shape.slice(1);
  widths.forEach((units, index) => {
    model.add(
      layersApi.layers.dense({
        units,
        activation: isElu(widths, index) ? 'elu' : 'linear',
        kernelInitializer: layersApi.initializers.glorotUniform({ seed: random.integer(2 ** 31) }),
        ...(index === 0 ? { inputShape: [shape[0] ?? 0] } : {}),
      }),
    );
  });
  return model;
}

async function trainEpoch(
  model: layersApi.Sequential,
  data: DenseTrainingSet,
  order: Int32Array,
  options: AutoencoderOptions,
  { random, noise }: { random: Random; noise: Float32Array },
): Promise<number> {
  const width = data.shape[0] ?? 0;
  let sum = 0;
  for (let start = 0; start < order.length; start += options.batchSize) {
    options.signal?.throwIfAborted();
    const rows = Math.min(options.batchSize, order.length - start);
    const clean = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      const from = order[start + row]! * width;
      clean.set(data.training.subarray(from, from + width), row * width);
    }
    const noisy = clean.slice();
    const shift = random.integer(noise.length);
    for (let i = 0; i < noisy.length; i++) noisy[i] = noisy[i]! + noise[(shift + i) % noise.length]!;
    const input = tf.tensor2d(noisy, [rows, width]);
    const target = tf.tensor2d(clean, [rows, width]);
    sum += Number(await model.trainOnBatch(input, target)) * rows;
    input.dispose();
    target.dispose();
  }
  // Lets messages and an abort through between epochs.
  await new Promise((resolve) => setImmediate(resolve));
  return sum / order.length;
}

function meanLoss(model: layersApi.Sequential, windows: tf.Tensor2D): number {
  const loss = tf.tidy(() => {
    const output = model.predict(windows, { batchSize: 1024 }) as tf.Tensor2D;
    return tf.losses.meanSquaredError(windows, output);
  });
  const value = loss.dataSync()[0] ?? Number.NaN;
  loss.dispose();
  return value;
}

function snapshot(model: layersApi.Sequential): DenseLayer[] {
  return model.layers.map((layer, index) => {
    const [weights, bias] = layer.getWeights();
    if (weights === undefined || bias === undefined)
      throw new TypeError('a dense layer has weights and bias');
    return {
      weights: weights.dataSync<'float32'>().slice(),
      bias: bias.dataSync<'float32'>().slice(),
      elu: isElu(model.layers, index),
    };
  });
}

/** Hidden layers bend; the bottleneck in the middle and the output stay linear. */
function isElu(layers: ArrayLike<unknown>, index: number): boolean {
  return index !== layers.length - 1 && index !== layers.length / 2 - 1;
}
