import type * as tf from '@tensorflow/tfjs-core';

/** A kind of network that gradient descent trains. */
export type NetName = 'dense' | 'conv' | 'lstm' | 'variational';

/** A net's real size: with its weights all that is needed to bring it back. */
export interface NetPlan {
  /** Window length. */
  readonly steps: number;
  readonly features: number;
  /** Widths between input and bottleneck, mirrored in the decoder. */
  readonly hidden: readonly number[];
  /** Width of the bottleneck. */
  readonly latent: number;
}

/** One weight tensor and how it starts; `forget`: zeros, but ones for the forget gates of an LSTM's bias. */
export interface WeightSpec {
  readonly shape: readonly number[];
  readonly start: 'glorot' | 'zeros' | 'forget';
}

export interface NetOutput {
  /** Rebuilt windows `[count, steps · features]`, before the output's own function. */
  readonly windows: tf.Tensor2D;
  /** What the net adds to the loss in training, or `null`. */
  readonly penalty: tf.Scalar | null;
}

/** The wiring of one kind of net: a pure function of windows and weights, each row by itself. */
export interface Net {
  readonly name: NetName;
  /** Hidden widths it can use of those configured, for windows of `steps` rows. */
  hidden(widths: readonly number[], steps: number): readonly number[];
  /** Numbers that a window becomes at each hidden place of the encoder, for the card. */
  widths(plan: NetPlan): readonly number[];
  /** Tensors in the order that `forward` takes them. */
  weights(plan: NetPlan): WeightSpec[];
  /** Numbers of noise a window that `forward` takes in training. */
  noiseWidth(plan: NetPlan): number;
  /** Scaled windows `[count, steps · features]` through the net; `noise` `[count, noiseWidth]` in training, `null` in scoring. */
  forward(
    windows: tf.Tensor2D,
    weights: readonly tf.Tensor[],
    plan: NetPlan,
    noise: tf.Tensor2D | null,
  ): NetOutput;
}

/** The next weight of a list that is taken from front to back. */
export function weightTaker(weights: readonly tf.Tensor[]): () => tf.Tensor2D {
  let next = 0;
  return () => {
    const weight = weights[next++];
    if (weight === undefined) throw new RangeError(`the net has only ${String(weights.length)} weights`);
    return weight as tf.Tensor2D;
  };
}
