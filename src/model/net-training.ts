import * as tf from '@tensorflow/tfjs-core';
import * as layersApi from '@tensorflow/tfjs-layers';
import type { Random } from '../core/random.ts';
import type { AutoencoderOptions, EpochLoss } from './autoencoder.ts';
import { withoutMissing } from './autoencoder.ts';
import type { Net, NetPlan, WeightSpec } from './net.ts';
import { reconstructionLoss } from './net-loss.ts';

export interface NetTrainingSet {
  /** Scaled windows `[trainingCount, steps · features]`; NaN is missing and left out of the loss. */
  readonly training: Float32Array;
  readonly trainingCount: number;
  /** Windows that decide when to stop; without any the training loss does. */
  readonly validation: Float32Array;
  readonly validationCount: number;
  readonly net: Net;
  readonly plan: NetPlan;
  /** Weights to go on from; `null`: drawn anew. */
  readonly start: readonly Float32Array[] | null;
}

/** Drawn once and read from a random place a batch: drawing each number anew took a tenth of the training. */
const NOISE_TABLE = 65_537;
/** Epochs without a better validation loss before the end. */
const PATIENCE = 3;
/** What counts as better: smaller by this share. */
const IMPROVEMENT = 0.005;
/** Windows of a validation batch. */
const VALIDATION_BATCH = 1024;

/**
 * Trains a net with Adam and answers the weights of its best epoch on the validation windows. Seeded initialisers and our own seeded
 * shuffle and noise: on one backend the same input gives the same bits. Throws the signal's reason on abort.
 */
export async function trainNet(
  data: NetTrainingSet,
  options: AutoencoderOptions,
  random: Random,
): Promise<{ weights: Float32Array[]; curve: EpochLoss[] }> {
  const weights = startWeights(data, random);
  const optimizer = tf.train.adam(options.learningRate);
  const order = Int32Array.from({ length: data.trainingCount }, (_, index) => index);
  const noise = Float32Array.from({ length: NOISE_TABLE }, () => random.normal());
  const curve: EpochLoss[] = [];
  let best = snapshot(weights);
  // A base may be as good as it gets already: then it is kept as it is.
  let bestLoss =
    data.start === null || data.validationCount === 0
      ? Number.POSITIVE_INFINITY
      : validationLoss(data, weights, options);
  try {
    for (let epoch = 1, waited = 0; epoch <= options.maxEpochs && waited < PATIENCE; epoch++) {
      random.shuffle(order);
      const training = trainEpoch(
        { data, weights, optimizer, order, noise, inputNoise: options.noise },
        options,
        random,
      );
      const validation = data.validationCount > 0 ? validationLoss(data, weights, options) : training;
      curve.push({ epoch, training, validation });
      options.onEpoch?.({ epoch, training, validation }, options.maxEpochs);
      if (validation < bestLoss * (1 - IMPROVEMENT)) {
        bestLoss = validation;
        best = snapshot(weights);
        waited = 0;
      } else {
        waited++;
      }
      // Lets messages and an abort through between epochs.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    optimizer.dispose();
    for (const weight of weights) weight.dispose();
  }
  return { weights: best, curve };
}

function startWeights({ net, plan, start }: NetTrainingSet, random: Random): tf.Variable[] {
  return net.weights(plan).map((spec, index) => {
    const given = start?.[index];
    const value = given === undefined ? drawWeight(spec, random) : tf.tensor(given, [...spec.shape]);
    const weight = tf.variable(value);
    value.dispose();
    return weight;
  });
}

function drawWeight({ shape, start }: WeightSpec, random: Random): tf.Tensor {
  if (start === 'glorot') {
    return layersApi.initializers.glorotUniform({ seed: random.integer(2 ** 31) }).apply([...shape]);
  }
  const size = shape.reduce((product, length) => product * length, 1);
  const isForgetGate = (index: number): boolean => index >= size / 4 && index < size / 2;
  const values = Float32Array.from({ length: size }, (_, i) =>
    start === 'forget' && isForgetGate(i) ? 1 : 0,
  );
  return tf.tensor(values, [...shape]);
}

interface Epoch {
  readonly data: NetTrainingSet;
  readonly weights: readonly tf.Variable[];
  readonly optimizer: tf.Optimizer;
  readonly order: Int32Array;
  readonly noise: Float32Array;
  /** sd of what is added to inputs. */
  readonly inputNoise: number;
}

function trainEpoch(epoch: Epoch, options: AutoencoderOptions, random: Random): number {
  const { data, weights, optimizer, order } = epoch;
  let sum = 0;
  for (let start = 0; start < order.length; start += options.batchSize) {
    options.signal?.throwIfAborted();
    const count = Math.min(options.batchSize, order.length - start);
    const batch = takeBatch(epoch, { start, count }, random);
    const cost = tf.tidy((): tf.Scalar => {
      const { input, noise, ...held } = toTensors(batch);
      const loss = optimizer.minimize(
        () => {
          const { windows, penalty } = data.net.forward(input, weights, data.plan, noise);
          const loss = reconstructionLoss(options.loss, { output: windows, ...held });
          return penalty === null ? loss : tf.add<tf.Scalar>(loss, penalty);
        },
        true,
        [...weights],
      );
      if (loss === null) throw new TypeError('the optimizer answers the loss when asked to');
      return loss;
    });
    sum += (cost.dataSync()[0] ?? Number.NaN) * count;
    cost.dispose();
  }
  return sum / order.length;
}

/** Arrays of one batch: `[count, width]` each, and the code's noise `[count, codes]`. */
interface Batch {
  readonly count: number;
  readonly width: number;
  readonly noisy: Float32Array;
  readonly clean: Float32Array;
  /** 1 where a value is known; `null` if all are. */
  readonly known: Float32Array | null;
  readonly codes: number;
  readonly codeNoise: Float32Array;
}

function takeBatch(
  { data, order, noise, inputNoise }: Epoch,
  { start, count }: { start: number; count: number },
  random: Random,
): Batch {
  const width = data.plan.steps * data.plan.features;
  const raw = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    const from = order[start + row]! * width;
    raw.set(data.training.subarray(from, from + width), row * width);
  }
  const clean = withoutMissing(raw);
  const shift = random.integer(noise.length);
  const noisy = clean.map((value, i) => value + inputNoise * noise[(shift + i) % noise.length]!);
  const codes = data.net.noiseWidth(data.plan);
  const codeShift = codes > 0 ? random.integer(noise.length) : 0;
  const codeNoise = Float32Array.from(
    { length: count * codes },
    (_, i) => noise[(codeShift + i) % noise.length]!,
  );
  return { count, width, noisy, clean, known: knownOf(raw), codes, codeNoise };
}

function toTensors({ count, width, noisy, clean, known, codes, codeNoise }: Batch): {
  input: tf.Tensor2D;
  target: tf.Tensor2D;
  known: tf.Tensor2D | null;
  noise: tf.Tensor2D | null;
} {
  return {
    input: tf.tensor2d(noisy, [count, width]),
    target: tf.tensor2d(clean, [count, width]),
    known: known === null ? null : tf.tensor2d(known, [count, width]),
    noise: codes > 0 ? tf.tensor2d(codeNoise, [count, codes]) : null,
  };
}

function knownOf(raw: Float32Array): Float32Array | null {
  return raw.some(Number.isNaN) ? raw.map((value) => (Number.isNaN(value) ? 0 : 1)) : null;
}

function validationLoss(
  { net, plan, validation, validationCount }: NetTrainingSet,
  weights: readonly tf.Variable[],
  options: AutoencoderOptions,
): number {
  const width = plan.steps * plan.features;
  let sum = 0;
  for (let start = 0; start < validationCount; start += VALIDATION_BATCH) {
    const count = Math.min(VALIDATION_BATCH, validationCount - start);
    const raw = validation.subarray(start * width, (start + count) * width);
    const known = knownOf(raw);
    const loss = tf.tidy(() => {
      const target = tf.tensor2d(withoutMissing(raw), [count, width]);
      const { windows } = net.forward(target, weights, plan, null);
      const mask = known === null ? null : tf.tensor2d(known, [count, width]);
      return reconstructionLoss(options.loss, { output: windows, target, known: mask });
    });
    sum += (loss.dataSync()[0] ?? Number.NaN) * count;
    loss.dispose();
  }
  return sum / validationCount;
}

function snapshot(weights: readonly tf.Variable[]): Float32Array[] {
  return weights.map((weight) => weight.dataSync<'float32'>().slice());
}
