import { deriveSeed } from '../core/random.ts';
import type { AutoencoderOptions, FittedAutoencoder } from './autoencoder.ts';
import type { GroupContext, GroupPlan } from './fit-group.ts';
import type { ScaledEntity } from './fit-input.ts';
import type { LaggedCovariance } from './lagged-covariance.ts';
import { netKind } from './net-registry.ts';
import { cutTail } from './validation-tail.ts';

/** A group's net, and those of the entities that have one of their own. */
export interface FittedNets {
  readonly net: FittedAutoencoder | null;
  readonly own: ReadonlyMap<string, FittedAutoencoder>;
}

/**
 * Fits the net of a group, going on from `base` if that is of its size; then fine-tunes it on each of the named entities alone. All are
 * of one size, which the group's covariance gives.
 */
export async function fitNets(
  plan: GroupPlan,
  covariance: LaggedCovariance,
  context: GroupContext,
  base: Uint8Array | undefined,
): Promise<FittedNets> {
  if (plan.net === null) return { net: null, own: new Map() };
  const owners = plan.entities.filter(({ entity }) => plan.netOwners.has(entity));
  const all = 1 + owners.length;
  const fit = (entities: readonly ScaledEntity[], part: Omit<NetPart, 'entities' | 'net'>) =>
    fitNet({ ...part, net: plan.net!, entities }, covariance, context);
  const net = await fit(plan.entities, { names: [plan.name], base, from: 0, all });
  const own = new Map<string, FittedAutoencoder>();
  for (const [index, owner] of owners.entries()) {
    const names = [plan.name, owner.entity];
    own.set(owner.entity, await fit([owner], { names, base: net.autoencoder.save(), from: index + 1, all }));
  }
  return { net, own };
}

/** Settings of any member but what it alone has. */
export function memberOptions(context: GroupContext, seed: number): AutoencoderOptions {
  const { layers, bottleneck, noise, loss, learningRate, batchSize, maxEpochs } = context.spec;
  const { maxWindows, signal } = context;
  return { seed, layers, bottleneck, noise, loss, learningRate, batchSize, maxEpochs, maxWindows, signal };
}

interface NetPart {
  readonly net: NonNullable<GroupPlan['net']>;
  readonly entities: readonly ScaledEntity[];
  /** What its seed is drawn from. */
  readonly names: readonly string[];
  readonly base: Uint8Array | undefined;
  /** It is the net number `from` of `all`. */
  readonly from: number;
  readonly all: number;
}

async function fitNet(
  { net: { name, steps }, entities, names, base, from, all }: NetPart,
  covariance: LaggedCovariance,
  context: GroupContext,
): Promise<FittedAutoencoder> {
  const cut = entities.map((entity) => cutTail(entity.training, context.features, 3 * steps));
  return netKind(name).fit(
    {
      features: context.features,
      steps,
      covariance,
      training: cut.flatMap((entity) => entity.training),
      validation: cut.flatMap((entity) => entity.validation),
    },
    {
      ...memberOptions(context, deriveSeed(context.seed, name, ...names)),
      base,
      onEpoch: (loss, most) => {
        const detail = `epoch ${String(loss.epoch)}, validation loss ${loss.validation.toPrecision(3)}`;
        context.report('net', (from + loss.epoch / most) / all, detail);
      },
    },
    context.kernels,
  );
}
