import * as tf from '@tensorflow/tfjs-core';
import { createRandom } from '../core/random.ts';
import type { Autoencoder, AutoencoderKind } from './autoencoder.ts';
import { bottleneckLimit, residualErrors, withoutMissing } from './autoencoder.ts';
import { ByteReader, ByteWriter } from './byte-stream.ts';
import type { Kernels } from './kernels.ts';
import { windowCovariance } from './lagged-covariance.ts';
import { leadingComponents } from './leading-components.ts';
import type { Net, NetName, NetPlan } from './net.ts';
import { decodeOutput, outputKindOf } from './net-loss.ts';
import type { NetOutputKind } from './net-loss.ts';
import { trainNet } from './net-training.ts';
import { countWindows, spreadNumbers, takeWindows } from './stretch-windows.ts';

/** Windows that decide the early stop. */
const MAX_VALIDATION_WINDOWS = 4000;
/** Most epochs of a net that starts from another one's weights (RECIPE §4). */
const FINE_TUNE_EPOCHS = 8;

/** What is kept of a net: equal nets give equal bytes. */
interface SavedNet {
  readonly name: NetName;
  readonly plan: NetPlan;
  readonly output: NetOutputKind;
  readonly weights: readonly Float32Array[];
}

/** The autoencoder around a net: sizes it by the windows' variance, trains it, and turns its output into errors. */
export function netAutoencoder(net: Net): AutoencoderKind {
  return {
    name: net.name,
    fit: async (data, options, kernels) => {
      const { steps, features } = data;
      const inputs = steps * features;
      const { count, share } = leadingComponents(
        windowCovariance(data.covariance, steps),
        inputs,
        { share: options.bottleneck, limit: bottleneckLimit(inputs), seed: options.seed },
        kernels,
      );
      const plan = planNet(net, { steps, features, layers: options.layers, components: count });
      const output = outputKindOf(options.loss);
      const base =
        options.base === undefined ? null : usableBase(options.base, { name: net.name, plan, output });
      const random = createRandom(options.seed);
      const numbers = spreadNumbers(countWindows(data.training, steps), options.maxWindows, random);
      const held = spreadNumbers(countWindows(data.validation, steps), MAX_VALIDATION_WINDOWS);
      const { weights, curve } = await trainNet(
        {
          training: takeWindows(data.training, steps, features, numbers),
          trainingCount: numbers.length,
          validation: takeWindows(data.validation, steps, features, held),
          validationCount: held.length,
          net,
          plan,
          start: base,
        },
        base === null ? options : { ...options, maxEpochs: Math.min(options.maxEpochs, FINE_TUNE_EPOCHS) },
        random,
      );
      const autoencoder = build(net, { name: net.name, plan, output, weights }, kernels);
      return { autoencoder, share, curve, fineTuned: base !== null };
    },
    load: (bytes, kernels) => build(net, read(bytes), kernels),
  };
}

/** Real widths: configured ones are upper bounds, hidden ones stay between the bottleneck and twice the inputs. */
export function planNet(
  net: Net,
  limits: { steps: number; features: number; layers: readonly number[]; components: number },
): NetPlan {
  const { steps, features, layers, components } = limits;
  const inputs = steps * features;
  const latent = Math.max(1, Math.min(layers.at(-1) ?? components, bottleneckLimit(inputs), components));
  const hidden = net
    .hidden(layers.slice(0, -1), steps)
    .map((width) => Math.max(latent, Math.min(width, 2 * inputs)));
  return { steps, features, hidden, latent };
}

/** The weights of another net, if it is of the same size and output. */
function usableBase(
  bytes: Uint8Array,
  { name, plan, output }: Omit<SavedNet, 'weights'>,
): readonly Float32Array[] | null {
  const base = read(bytes);
  const isSame = base.name === name && base.output === output && isEqualPlan(base.plan, plan);
  return isSame ? base.weights : null;
}

function isEqualPlan(a: NetPlan, b: NetPlan): boolean {
  return (
    a.steps === b.steps &&
    a.features === b.features &&
    a.latent === b.latent &&
    a.hidden.join() === b.hidden.join()
  );
}

function build(net: Net, saved: SavedNet, kernels: Kernels): Autoencoder {
  const { plan, output, weights } = saved;
  const { steps, features, latent } = plan;
  const inputs = steps * features;
  const held = net.weights(plan).map(({ shape }, i) => tf.tensor(weights[i]!, [...shape], 'float32'));
  const widths = net.widths(plan);
  return {
    kind: net.name,
    steps,
    features,
    shape: [inputs, ...widths, latent, ...widths.toReversed(), inputs],
    errors: (windows, count) => {
      const outputs = kernels.run(withoutMissing(windows), count, { inputs, outputs: inputs }, (rows) =>
        decodeOutput(net.forward(rows, held, plan, null).windows, output),
      );
      return residualErrors(windows, outputs, count, features);
    },
    save: () => write(saved),
    dispose: () => {
      for (const weight of held) weight.dispose();
    },
  };
}

function write({ name, plan, output, weights }: SavedNet): Uint8Array {
  const { steps, features, hidden, latent } = plan;
  const writer = new ByteWriter().text(name).number(steps).number(features).number(latent);
  writer.number(hidden.length);
  for (const width of hidden) writer.number(width);
  writer.text(output).number(weights.length);
  for (const weight of weights) writer.float32(weight);
  return writer.finish();
}

function read(bytes: Uint8Array): SavedNet {
  const reader = new ByteReader(bytes);
  const name = reader.text() as NetName;
  const [steps, features, latent] = [reader.number(), reader.number(), reader.number()];
  const hidden = Array.from({ length: reader.number() }, () => reader.number());
  const output: NetOutputKind = reader.text() === 'sigmoid' ? 'sigmoid' : 'linear';
  const weights = Array.from({ length: reader.number() }, () => reader.weights());
  return { name, plan: { steps, features, hidden, latent }, output, weights };
}
