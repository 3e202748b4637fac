import * as tf from '@tensorflow/tfjs-core';
import type { ModelSpec } from '../core/detector.ts';

/** What a net's output is turned into: nothing, or a sigmoid that stands for the span of `SIGMOID_SPREADS`. */
export type NetOutputKind = 'linear' | 'sigmoid';

/** The sigmoid's 0 and 1 are the entity's mean minus and plus so many of its spreads. */
const SIGMOID_SPREADS = 5;
/** Beyond so many spreads Huber's loss grows like the distance instead of its square. */
const HUBER_FROM = 1;

/** Which output belongs to a loss. */
export function outputKindOf(loss: ModelSpec['loss']): NetOutputKind {
  return loss === 'cross_entropy' ? 'sigmoid' : 'linear';
}

/** A net's raw output in scaled units. */
export function decodeOutput(output: tf.Tensor2D, kind: NetOutputKind): tf.Tensor2D {
  if (kind === 'linear') return output;
  return tf.sub(tf.mul(tf.sigmoid(output), 2 * SIGMOID_SPREADS), SIGMOID_SPREADS);
}

/**
 * Mean loss of raw outputs against scaled windows without NaN; `known` is 1 where a value was there and 0 where not, `null` if all were.
 * For cross-entropy a value's target is its place between mean − 5 and mean + 5 spreads, clipped to [0, 1].
 */
export function reconstructionLoss(
  loss: ModelSpec['loss'],
  { output, target, known }: { output: tf.Tensor2D; target: tf.Tensor2D; known: tf.Tensor2D | null },
): tf.Scalar {
  const errors = elementLoss(loss, output, target);
  if (known === null) return tf.mean(errors);
  return tf.div(tf.sum(tf.mul(errors, known)), tf.maximum(tf.sum(known), 1));
}

function elementLoss(loss: ModelSpec['loss'], output: tf.Tensor2D, target: tf.Tensor2D): tf.Tensor2D {
  if (loss === 'mse') return tf.square(tf.sub(output, target));
  if (loss === 'huber') {
    const distance = tf.abs<tf.Tensor2D>(tf.sub(output, target));
    const near = tf.minimum<tf.Tensor2D>(distance, HUBER_FROM);
    return tf.add(tf.square(near), tf.mul(tf.sub(distance, near), 2 * HUBER_FROM));
  }
  const share = tf.div<tf.Tensor2D>(tf.add(target, SIGMOID_SPREADS), 2 * SIGMOID_SPREADS);
  const place = tf.clipByValue<tf.Tensor2D>(share, 0, 1);
  // −p ln σ(x) − (1 − p) ln(1 − σ(x)), written so that it can't overflow.
  const overflowSafe = tf.log1p(tf.exp(tf.neg(tf.abs(output))));
  return tf.add(tf.sub(tf.relu(output), tf.mul(output, place)), overflowSafe);
}
