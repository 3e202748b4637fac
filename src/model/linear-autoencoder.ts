import type { Autoencoder, AutoencoderKind } from './autoencoder.ts';
import { bottleneckLimit, residualErrors, withoutMissing } from './autoencoder.ts';
import { ByteReader, ByteWriter } from './byte-stream.ts';
import type { Kernels } from './kernels.ts';
import { windowCovariance } from './lagged-covariance.ts';
import { leadingComponents } from './leading-components.ts';
import { rowProduct } from './row-product.ts';

/** The linear autoencoder: encoder and decoder are the leading components of the windows' covariance. */
export interface LinearAutoencoder extends Autoencoder {
  /** Orthonormal rows `[components, steps · features]`. */
  readonly components: Float32Array;
}

/**
 * Closed form from lagged cross-covariances alone: exact, needs no rows, no hold-out and no luck. Finds broken relations between
 * features and steps; blind to what lies inside its components.
 */
export const linearAutoencoder: AutoencoderKind<LinearAutoencoder> = {
  name: 'linear',
  fit: (data, options, kernels) => {
    const size = data.steps * data.features;
    const { vectors, share } = leadingComponents(
      windowCovariance(data.covariance, data.steps),
      size,
      {
        share: options.bottleneck,
        limit: bottleneckLimit(size),
        seed: options.seed,
        ...(options.start ? { start: options.start } : {}),
      },
      kernels,
    );
    const autoencoder = build(data.steps, data.features, Float32Array.from(vectors), kernels);
    return Promise.resolve({ autoencoder, share, curve: [], fineTuned: false });
  },
  load: (bytes, kernels) => {
    const reader = new ByteReader(bytes);
    return build(reader.number(), reader.number(), reader.weights(), kernels);
  },
};

function build(
  steps: number,
  features: number,
  components: Float32Array,
  kernels: Kernels,
): LinearAutoencoder {
  const size = steps * features;
  const count = components.length / size;
  const transposed = new Float32Array(components.length);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < size; j++) transposed[j * count + i] = components[i * size + j]!;
  }
  const encoder = rowProduct(transposed, { rows: size, columns: count, usualCount: 1 }, kernels);
  const decoder = rowProduct(components, { rows: count, columns: size, usualCount: 1 }, kernels);
  return {
    kind: 'linear',
    steps,
    features,
    shape: [size, count, size],
    components,
    errors: (windows, rows) => {
      const codes = encoder.apply(withoutMissing(windows), rows);
      return residualErrors(windows, decoder.apply(codes, rows), rows, features);
    },
    save: () => new ByteWriter().number(steps).number(features).float32(components).finish(),
    dispose: () => {
      encoder.dispose();
      decoder.dispose();
    },
  };
}
