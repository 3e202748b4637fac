import { createRandom } from '../core/random.ts';
import type { Autoencoder, AutoencoderKind } from './autoencoder.ts';
import { BOTTLENECK_SHARE, bottleneckLimit, residualErrors, withoutMissing } from './autoencoder.ts';
import { ByteReader, ByteWriter } from './byte-stream.ts';
import { trainDense } from './dense-training.ts';
import type { DenseLayer } from './dense-training.ts';
import type { Kernels } from './kernels.ts';
import { windowCovariance } from './lagged-covariance.ts';
import { leadingComponents } from './leading-components.ts';
import { countWindows, spreadNumbers, takeWindows } from './stretch-windows.ts';

/** Windows of hold-out that decide the early stop. */
const MAX_HOLD_OUT_WINDOWS = 4000;

/**
 * A symmetric net of dense layers with ELU, linear at bottleneck and output, trained by Adam on windows with added noise. Finds bends
 * that a linear one can't; poor alone, worth its weight beside the linear ones. Needs some thousand windows.
 */
export const denseAutoencoder: AutoencoderKind = {
  name: 'dense',
  fit: async (data, options, kernels) => {
    const { steps, features } = data;
    const inputs = steps * features;
    const { count, share } = leadingComponents(
      windowCovariance(data.covariance, steps),
      inputs,
      { share: BOTTLENECK_SHARE, limit: bottleneckLimit(inputs), seed: options.seed },
      kernels,
    );
    const shape = denseShape(inputs, options.layers, count);
    const random = createRandom(options.seed);
    const numbers = spreadNumbers(countWindows(data.training, steps), options.maxWindows, random);
    const held = spreadNumbers(countWindows(data.holdOut, steps), MAX_HOLD_OUT_WINDOWS);
    const { layers, curve } = await trainDense(
      {
        training: withoutMissing(takeWindows(data.training, steps, features, numbers)),
        trainingCount: numbers.length,
        holdOut: withoutMissing(takeWindows(data.holdOut, steps, features, held)),
        holdOutCount: held.length,
        shape,
      },
      options,
      random,
    );
    return { autoencoder: build(steps, features, layers, kernels), share, curve };
  },
  load: (bytes, kernels) => {
    const reader = new ByteReader(bytes);
    const steps = reader.number();
    const features = reader.number();
    const layers: DenseLayer[] = [];
    for (let left = reader.number(); left > 0; left--) {
      layers.push({ weights: reader.float32(), bias: reader.float32(), elu: reader.number() === 1 });
    }
    return build(steps, features, layers, kernels);
  },
};

/** Widths from input to output: configured ones are upper bounds, hidden ones stay under twice the inputs. */
function denseShape(inputs: number, layers: readonly number[], components: number): number[] {
  const latent = Math.max(1, Math.min(layers.at(-1) ?? components, bottleneckLimit(inputs), components));
  const hidden = layers.slice(0, -1).map((width) => Math.max(latent, Math.min(width, 2 * inputs)));
  return [inputs, ...hidden, latent, ...hidden.toReversed(), inputs];
}

function build(
  steps: number,
  features: number,
  layers: readonly DenseLayer[],
  kernels: Kernels,
): Autoencoder {
  const held = layers.map(({ weights, bias, elu }) => kernels.holdLayer(weights, bias, elu));
  return {
    steps,
    features,
    shape: [steps * features, ...layers.map((layer) => layer.bias.length)],
    errors: (windows, count) => {
      const outputs = kernels.feedForward(withoutMissing(windows), count, held);
      return residualErrors(windows, outputs, count, features);
    },
    save: () => {
      const writer = new ByteWriter().number(steps).number(features).number(layers.length);
      for (const { weights, bias, elu } of layers)
        writer
          .float32(weights)
          .float32(bias)
          .number(elu ? 1 : 0);
      return writer.finish();
    },
    dispose: () => {
      for (const layer of held) kernels.releaseLayer(layer);
    },
  };
}
