import type { ModelSpec } from '../core/detector.ts';
import { deriveSeed } from '../core/random.ts';
import type { AutoencoderOptions, FittedAutoencoder } from './autoencoder.ts';
import type { EntityPart, GroupPart, LinearBasis } from './ensemble-parts.ts';
import { unseenScale } from './feature-scale.ts';
import type { CohortScale } from './feature-scale.ts';
import type { ScaledEntity } from './fit-input.ts';
import { FORECAST_ROWS, fitForecast } from './forecast.ts';
import type { Kernels } from './kernels.ts';
import { addLagged, addStretch, emptyLaggedCovariance } from './lagged-covariance.ts';
import type { LaggedCovariance } from './lagged-covariance.ts';
import { linearAutoencoder } from './linear-autoencoder.ts';
import type { LinearAutoencoder } from './linear-autoencoder.ts';
import { fitStatistics } from './fit-statistics.ts';
import type { NetName } from './net.ts';
import { netKind } from './net-registry.ts';
import type { NetStanding } from './net-weight.ts';
import { priorWorth } from './prior-worth.ts';
import { cutTail } from './validation-tail.ts';

/** What a group is fitted with. */
export interface GroupPlan {
  readonly name: string;
  /** Entities whose rows it learns from. */
  readonly entities: readonly ScaledEntity[];
  /** Those of them that use this group's members. */
  readonly home: ReadonlySet<string>;
  readonly scale: CohortScale;
  /** Window lengths of the linear members; empty if there are none. */
  readonly linearWindows: readonly number[];
  /** The net and its window length, or `null`. */
  readonly net: { readonly name: NetName; readonly steps: number } | null;
}

/** What all groups have in common. */
export interface GroupContext {
  readonly features: number;
  /** Of the whole detector. */
  readonly entities: number;
  readonly windows: readonly number[];
  readonly spec: ModelSpec;
  readonly seed: number;
  readonly kernels: Kernels;
  /** A prior is worth so many rows to the young (`priorWorth`). */
  readonly priorRows: number;
  readonly maxWindows: number;
  /** Bytes left for entities' own bases. */
  readonly basisBytes: { left: number };
  report(stage: 'linear' | 'net' | 'statistics', share: number, detail: string): void;
  /** Lets messages through; throws on abort. */
  pause(): Promise<void>;
  readonly signal: AbortSignal | undefined;
}

/** A fitted group and what its card says. */
export interface FittedGroup {
  readonly part: GroupPart;
  readonly entities: ReadonlyMap<string, EntityPart>;
  readonly trainingRows: number;
  readonly linear: readonly FittedAutoencoder[];
  readonly net: FittedAutoencoder | null;
  readonly standing: NetStanding;
}

/** Fits a group's shared members, its entities' own bases, and every statistic; its net goes on from `base` if that is of its size. */
export async function fitGroup(
  plan: GroupPlan,
  context: GroupContext,
  base: Uint8Array | undefined,
): Promise<FittedGroup> {
  const { kernels, features, priorRows } = context;
  const lags = Math.max(FORECAST_ROWS + 1, ...context.windows);
  const pooled = emptyLaggedCovariance(features, lags);
  const own = new Map<ScaledEntity, LaggedCovariance>();
  for (const [index, entity] of plan.entities.entries()) {
    const lagged = emptyLaggedCovariance(features, lags);
    for (const stretch of entity.training) addStretch(lagged, stretch, kernels);
    addLagged(pooled, lagged);
    if (plan.home.has(entity.entity) && entity.trainingRows >= priorRows && plan.entities.length > 1) {
      own.set(entity, lagged);
    }
    context.report('linear', (0.3 * index) / plan.entities.length, entity.entity);
    await context.pause();
  }
  const { basis, fitted } = await fitBasis(plan, pooled, context, [plan.name]);

  const bases = new Map<string, LinearBasis>();
  const byRows = [...own].sort(([a], [b]) => b.trainingRows - a.trainingRows);
  for (const [index, [entity, lagged]] of byRows.entries()) {
    if (context.basisBytes.left <= 0) break;
    const worth = priorWorth(entity.trainingRows, priorRows);
    addLagged(lagged, pooled, worth / Math.max(1, pooled.pairs[0] ?? 0));
    const ownBasis = await fitBasis(plan, lagged, context, [plan.name, entity.entity], fitted);
    bases.set(entity.entity, ownBasis.basis);
    for (const { autoencoder } of ownBasis.fitted)
      context.basisBytes.left -= autoencoder.components.byteLength;
    context.report('linear', 0.3 + (0.7 * index) / byRows.length, entity.entity);
    await context.pause();
  }

  const net = await fitNet(plan, pooled, context, base);
  const statistics = await fitStatistics({ plan, basis, bases, net: net?.autoencoder ?? null }, context);
  const unseen = {
    group: plan.name,
    scale: unseenScale(plan.scale),
    basis: null,
    statistics: statistics.typical,
  };
  return {
    part: { basis, net: net?.autoencoder ?? null, netWeight: statistics.standing.weight, unseen },
    entities: statistics.entities,
    trainingRows: pooled.pairs[0] ?? 0,
    linear: fitted,
    net,
    standing: statistics.standing,
  };
}

async function fitBasis(
  plan: GroupPlan,
  covariance: LaggedCovariance,
  context: GroupContext,
  names: readonly string[],
  near: readonly FittedAutoencoder<LinearAutoencoder>[] = [],
): Promise<{ basis: LinearBasis; fitted: FittedAutoencoder<LinearAutoencoder>[] }> {
  const fitted: FittedAutoencoder<LinearAutoencoder>[] = [];
  for (const [index, steps] of plan.linearWindows.entries()) {
    const start = near[index]?.autoencoder.components;
    fitted.push(
      await linearAutoencoder.fit(
        { features: context.features, steps, covariance, training: [], validation: [] },
        {
          ...optionsOf(context, deriveSeed(context.seed, 'linear', steps, ...names)),
          ...(start ? { start: Float64Array.from(start) } : {}),
        },
        context.kernels,
      ),
    );
  }
  const forecast = fitForecast(covariance, context.kernels);
  return { basis: { autoencoders: fitted.map((one) => one.autoencoder), forecast }, fitted };
}

async function fitNet(
  plan: GroupPlan,
  covariance: LaggedCovariance,
  context: GroupContext,
  base: Uint8Array | undefined,
): Promise<FittedAutoencoder | null> {
  if (plan.net === null) return null;
  const { name, steps } = plan.net;
  const seed = deriveSeed(context.seed, name, plan.name);
  const cut = plan.entities.map((entity) => cutTail(entity.training, context.features, 3 * steps));
  return netKind(name).fit(
    {
      features: context.features,
      steps,
      covariance,
      training: cut.flatMap((entity) => entity.training),
      validation: cut.flatMap((entity) => entity.validation),
    },
    {
      ...optionsOf(context, seed),
      base,
      onEpoch: (loss, most) => {
        const detail = `epoch ${String(loss.epoch)}, validation loss ${loss.validation.toPrecision(3)}`;
        context.report('net', loss.epoch / most, detail);
      },
    },
    context.kernels,
  );
}

function optionsOf(context: GroupContext, seed: number): AutoencoderOptions {
  const { layers, bottleneck, noise, loss, learningRate, batchSize, maxEpochs } = context.spec;
  const { maxWindows, signal } = context;
  return { seed, layers, bottleneck, noise, loss, learningRate, batchSize, maxEpochs, maxWindows, signal };
}
