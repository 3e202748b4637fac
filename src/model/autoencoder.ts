import type { ModelSpec } from '../core/detector.ts';
import type { Kernels } from './kernels.ts';
import type { LaggedCovariance, Stretch } from './lagged-covariance.ts';
import type { NetName } from './net.ts';

/** One epoch of gradient descent: mean losses. */
export interface EpochLoss {
  readonly epoch: number;
  readonly training: number;
  /** On the newest rows of the training part. */
  readonly validation: number;
}

/** Scaled rows of one entity or many. */
export interface AutoencoderData {
  readonly features: number;
  /** Window length. */
  readonly steps: number;
  /** Of the training rows, with at least `steps` lags. */
  readonly covariance: LaggedCovariance;
  readonly training: readonly Stretch[];
  /** Newer than `training`, older than the hold-out; decides when gradient descent stops. */
  readonly validation: readonly Stretch[];
}

export interface AutoencoderOptions {
  readonly seed: number;
  /** Encoder widths, upper bounds; the last is the bottleneck. */
  readonly layers: readonly number[];
  /** Share of variance that sizes the bottleneck (`bottleneckLimit` at most). */
  readonly bottleneck: number;
  /** sd of the noise added to inputs: a net learns to pull a window back to normal, not to copy it. */
  readonly noise: number;
  readonly loss: ModelSpec['loss'];
  readonly learningRate: number;
  readonly batchSize: number;
  readonly maxEpochs: number;
  /** More training windows than this are sampled. */
  readonly maxWindows: number;
  readonly onEpoch?: (loss: EpochLoss, maxEpochs: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Vectors near the answer, for a quick start; implementations may ignore them. */
  readonly start?: Float64Array | undefined;
  /** Saved bytes of a net to go on from, if it is of the same kind and size; closed forms ignore them. */
  readonly base?: Uint8Array | undefined;
}

/** A trained network: squeezes windows through a bottleneck and back. Higher errors are stranger. */
export interface Autoencoder {
  readonly kind: 'linear' | NetName;
  readonly steps: number;
  readonly features: number;
  /** Widths from input to output. */
  readonly shape: readonly number[];
  /**
   * Mean squared residual of each feature over a window's rows: scaled windows `[count, steps · features]` → `[count, features]`.
   * NaN is missing: it enters as the mean and leaves no error.
   */
  errors(windows: Float32Array, count: number): Float64Array;
  save(): Uint8Array;
  dispose(): void;
}

/** An autoencoder just trained, and how it went. */
export interface FittedAutoencoder<T extends Autoencoder = Autoencoder> {
  readonly autoencoder: T;
  /** Share of the training windows' variance that the bottleneck's linear counterpart covers. */
  readonly share: number;
  readonly curve: readonly EpochLoss[];
  /** It went on from the base's weights. */
  readonly fineTuned: boolean;
}

/** A kind of autoencoder: how to train one and how to bring one back from bytes. */
export interface AutoencoderKind<T extends Autoencoder = Autoencoder> {
  readonly name: 'linear' | NetName;
  fit(data: AutoencoderData, options: AutoencoderOptions, kernels: Kernels): Promise<FittedAutoencoder<T>>;
  load(bytes: Uint8Array, kernels: Kernels): T;
}

/** Most components of a bottleneck: a quarter of the inputs, so that small inputs get a real one. */
export function bottleneckLimit(inputs: number): number {
  return Math.max(1, Math.floor(inputs / 4));
}

/** Windows with NaN replaced by the mean, zero. */
export function withoutMissing(windows: Float32Array): Float32Array {
  return windows.map((value) => (Number.isNaN(value) ? 0 : value));
}

/** Mean squared residual of each feature over each window's rows, `[count, features]`; missing values have none. */
export function residualErrors(
  windows: Float32Array,
  outputs: Float32Array,
  count: number,
  features: number,
): Float64Array {
  const errors = new Float64Array(count * features);
  const width = windows.length / count;
  const steps = width / features;
  for (let window = 0; window < count; window++) {
    for (let i = 0; i < width; i++) {
      const residual = windows[window * width + i]! - outputs[window * width + i]!;
      if (Number.isNaN(residual)) continue;
      const index = window * features + (i % features);
      errors[index] = errors[index]! + (residual * residual) / steps;
    }
  }
  return errors;
}
