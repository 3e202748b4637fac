import * as tf from '@tensorflow/tfjs-core';
import { denseLayer, denseWeights } from './dense-stack.ts';
import { weightTaker } from './net.ts';
import type { Net } from './net.ts';

/**
 * A recurrent autoencoder (Malhotra et al. 2016, https://arxiv.org/abs/1607.00148): an LSTM reads the window, its last state goes through
 * a linear bottleneck, and a second LSTM writes the window out of it. One layer each way, as wide as the last width before the bottleneck.
 * Learns order in time; slow, since steps can't be worked side by side, and in our measurements no better than dense.
 */
export const lstmNet: Net = {
  name: 'lstm',
  hidden: (widths) => widths.slice(-1),
  widths: ({ hidden }) => hidden,
  weights: ({ features, hidden, latent }) => {
    const units = hidden[0] ?? latent;
    return [
      { shape: [features + units, 4 * units], start: 'glorot' },
      { shape: [4 * units], start: 'forget' },
      ...denseWeights([units, latent]),
      { shape: [latent, 4 * units], start: 'glorot' },
      { shape: [4 * units], start: 'forget' },
      { shape: [units, 4 * units], start: 'glorot' },
      ...denseWeights([units, features]),
    ];
  },
  noiseWidth: () => 0,
  forward: (windows, weights, { steps, features, hidden, latent }) => {
    const take = weightTaker(weights);
    const units = hidden[0] ?? latent;
    const [count] = windows.shape;
    const start = tf.zeros<tf.Rank.R2>([count, units]);
    const [matrix, bias] = [take(), take()];
    let state: State = { output: start, memory: start };
    for (let step = 0; step < steps; step++) {
      const row = tf.slice2d(windows, [0, step * features], [count, features]);
      const gates = tf.add<tf.Tensor2D>(tf.matMul(tf.concat2d([row, state.output], 1), matrix), bias);
      state = nextState(gates, state, units);
    }
    const codes = denseLayer(state.output, take);
    const constant = denseLayer(codes, take);
    const recurrent = take();
    const outputs: tf.Tensor2D[] = [];
    state = { output: start, memory: start };
    for (let step = 0; step < steps; step++) {
      const gates = step === 0 ? constant : tf.add<tf.Tensor2D>(constant, tf.matMul(state.output, recurrent));
      state = nextState(gates, state, units);
      outputs.push(state.output);
    }
    const rows = denseLayer(tf.reshape(tf.concat2d(outputs, 1), [count * steps, units]), take);
    return { windows: tf.reshape(rows, [count, steps * features]), penalty: null };
  },
};

interface State {
  readonly output: tf.Tensor2D;
  readonly memory: tf.Tensor2D;
}

/** `gates` `[count, 4 · units]`: input, forget, candidate, output. */
function nextState(gates: tf.Tensor2D, { memory }: State, units: number): State {
  const gate = (index: number): tf.Tensor2D => tf.slice2d(gates, [0, index * units], [-1, units]);
  const kept = tf.mul(tf.sigmoid(gate(1)), memory);
  const next = tf.add<tf.Tensor2D>(kept, tf.mul(tf.sigmoid(gate(0)), tf.tanh(gate(2))));
  return { memory: next, output: tf.mul<tf.Tensor2D>(tf.sigmoid(gate(3)), tf.tanh(next)) };
}
