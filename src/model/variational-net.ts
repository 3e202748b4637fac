import * as tf from '@tensorflow/tfjs-core';
import { denseStack, denseWeights } from './dense-stack.ts';
import { weightTaker } from './net.ts';
import type { Net } from './net.ts';

/**
 * Weight of the Kullback–Leibler term, divided by the inputs, beside a mean squared error: 2 σ² with σ² = .1, the share of the variance
 * that a bottleneck of 90 % leaves to noise.
 */
const KL_WEIGHT = 0.2;
/** Log-variances are held inside ± this: a variance of e¹⁰ says nothing any more, and overflows soon after. */
const LARGEST_LOG_VARIANCE = 10;

/**
 * A variational autoencoder (Kingma & Welling 2014, https://arxiv.org/abs/1312.6114): dense layers to mean and log-variance of the code,
 * noise on the code in training, its mean in scoring. Smooths the codes of normal windows; the noise costs sharpness where the history is
 * short.
 */
export const variationalNet: Net = {
  name: 'variational',
  hidden: (widths) => widths,
  widths: ({ hidden }) => hidden,
  weights: ({ steps, features, hidden, latent }) => [
    ...denseWeights([steps * features, ...hidden, 2 * latent]),
    ...denseWeights([latent, ...hidden.toReversed(), steps * features]),
  ],
  noiseWidth: ({ latent }) => latent,
  forward: (windows, weights, { hidden, latent }, noise) => {
    const take = weightTaker(weights);
    const codes = denseStack(windows, hidden.length + 1, take);
    const mean = tf.slice2d(codes, [0, 0], [-1, latent]);
    if (noise === null) return { windows: denseStack(mean, hidden.length + 1, take), penalty: null };
    const logVariance = tf.clipByValue(
      tf.slice2d(codes, [0, latent], [-1, latent]),
      -LARGEST_LOG_VARIANCE,
      LARGEST_LOG_VARIANCE,
    );
    const drawn = tf.add<tf.Tensor2D>(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise));
    const surplus = tf.sub(tf.add(tf.square(mean), tf.exp(logVariance)), tf.add(logVariance, 1));
    const divergence = tf.mul(tf.sum(tf.mean(surplus, 0)), 0.5);
    return {
      windows: denseStack(drawn, hidden.length + 1, take),
      penalty: tf.mul<tf.Scalar>(divergence, KL_WEIGHT / (windows.shape[1] || 1)),
    };
  },
};
