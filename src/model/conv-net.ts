import * as tf from '@tensorflow/tfjs-core';
import { denseLayer, denseWeights } from './dense-stack.ts';
import { weightTaker } from './net.ts';
import type { Net, NetPlan, WeightSpec } from './net.ts';

/** Rows that a patch covers; patches start every second row, so each layer halves the steps. */
const PATCH_ROWS = 4;
/** A window of fewer rows is not halved any more. */
const LEAST_STEPS = 4;

/**
 * A convolutional autoencoder along time: each layer looks at patches of four rows, every second row, with ELU; the last steps go through
 * one linear bottleneck and the mirrored way back. Convolutions are written as unfolded patches times a matrix, because wasm has no kernel
 * for the gradient of a convolution's filter and every backend has one for the product. Shares what it learns between the places of a
 * window, so it needs fewer windows than a dense net; blind to where in the window something belongs.
 */
export const convNet: Net = {
  name: 'conv',
  hidden: (widths, steps) => widths.slice(0, stepsOf(steps, widths.length).length - 1),
  widths: (plan) => {
    const { steps, channels } = levelsOf(plan);
    return channels.slice(1).map((width, level) => width * (steps[level + 1] ?? 0));
  },
  weights: (plan) => {
    const { channels, flat } = levelsOf(plan);
    const encoder = channels.slice(1).flatMap((out, i): WeightSpec[] => [
      { shape: [PATCH_ROWS * (channels[i] ?? 0), out], start: 'glorot' },
      { shape: [out], start: 'zeros' },
    ]);
    const decoder = channels.slice(0, -1).map((out, i): WeightSpec[] => [
      { shape: [channels[i + 1] ?? 0, PATCH_ROWS * out], start: 'glorot' },
      { shape: [out], start: 'zeros' },
    ]);
    return [...encoder, ...denseWeights([flat, plan.latent, flat]), ...decoder.toReversed().flat()];
  },
  noiseWidth: () => 0,
  forward: (windows, weights, plan) => {
    const take = weightTaker(weights);
    const { steps, channels, flat } = levelsOf(plan);
    const [count] = windows.shape;
    let values = tf.reshape<tf.Rank.R3>(windows, [count, plan.steps, plan.features]);
    for (const out of channels.slice(1)) {
      const patches = unfold(values);
      const [, places, width] = patches.shape;
      const sums = denseLayer(tf.reshape(patches, [count * places, width]), take);
      values = tf.reshape(tf.elu(sums), [count, places, out]);
    }
    const codes = denseLayer(tf.reshape(values, [count, flat]), take);
    let rows = denseLayer(codes, take);
    for (let level = channels.length - 2; level >= 0; level--) {
      const bent = tf.reshape<tf.Rank.R2>(tf.elu(rows), [-1, channels[level + 1] ?? 0]);
      const patches = tf.matMul(bent, take());
      const wide = fold(tf.reshape(patches, [count, steps[level + 1] ?? 0, -1]), steps[level] ?? 0);
      const biased = tf.add(wide, take());
      rows = tf.reshape(biased, [count, -1]);
    }
    return { windows: rows, penalty: null };
  },
};

/** Steps of each level, the window's own first. */
function stepsOf(steps: number, layers: number): number[] {
  const levels = [steps];
  for (let rest = steps; levels.length <= layers && rest >= LEAST_STEPS;) {
    rest = Math.ceil(rest / 2);
    levels.push(rest);
  }
  return levels;
}

function levelsOf({ steps, features, hidden }: NetPlan): {
  steps: number[];
  channels: number[];
  flat: number;
} {
  const levels = stepsOf(steps, hidden.length);
  const channels = [features, ...hidden];
  return { steps: levels, channels, flat: (levels.at(-1) ?? 1) * (channels.at(-1) ?? 1) };
}

/** Patches `[count, ⌈steps / 2⌉, 4 · width]` of `[count, steps, width]`, zeros beyond the ends. */
function unfold(values: tf.Tensor3D): tf.Tensor3D {
  const [count, steps, width] = values.shape;
  const places = Math.ceil(steps / 2);
  const padded = tf.pad3d(values, [
    [0, 0],
    [1, 2 * places + 1 - steps],
    [0, 0],
  ]);
  const pairs = tf.reshape<tf.Rank.R3>(padded, [count, places + 1, 2 * width]);
  const first = tf.slice3d(pairs, [0, 0, 0], [count, places, 2 * width]);
  return tf.concat3d([first, tf.slice3d(pairs, [0, 1, 0], [count, places, 2 * width])], 2);
}

/** The transpose of `unfold`: sums patches `[count, places, 4 · width]` where they overlap, `[count, steps, width]`. */
function fold(patches: tf.Tensor3D, steps: number): tf.Tensor3D {
  const [count, places, size] = patches.shape;
  const half = size / 2;
  const first = tf.pad3d(tf.slice3d(patches, [0, 0, 0], [count, places, half]), [
    [0, 0],
    [0, 1],
    [0, 0],
  ]);
  const second = tf.pad3d(tf.slice3d(patches, [0, 0, half], [count, places, half]), [
    [0, 0],
    [1, 0],
    [0, 0],
  ]);
  const width = half / 2;
  const rows = tf.reshape<tf.Rank.R3>(tf.add(first, second), [count, 2 * (places + 1), width]);
  return tf.slice3d(rows, [0, 1, 0], [count, steps, width]);
}
