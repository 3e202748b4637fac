import type { ModelSpec } from '../core/detector.ts';
import { deriveSeed } from '../core/random.ts';
import type { FittedAutoencoder } from './autoencoder.ts';
import type { EntityPart, GroupPart, LinearBasis } from './ensemble-parts.ts';
import { unseenScale } from './feature-scale.ts';
import type { CohortScale } from './feature-scale.ts';
import type { ScaledEntity } from './fit-input.ts';
import { fitNets, memberOptions } from './fit-nets.ts';
import { FORECAST_ROWS, fitForecast } from './forecast.ts';
import type { Kernels } from './kernels.ts';
import { addLagged, addStretch, emptyLaggedCovariance } from './lagged-covariance.ts';
import type { LaggedCovariance } from './lagged-covariance.ts';
import { linearAutoencoder } from './linear-autoencoder.ts';
import type { LinearAutoencoder } from './linear-autoencoder.ts';
import { fitStatistics } from './fit-statistics.ts';
import type { NetName } from './net.ts';
import type { NetStanding } from './net-weight.ts';
import { priorWorth } from './prior-worth.ts';

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
  /** Entities at home that get a net of their own. */
  readonly netOwners: ReadonlySet<string>;
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

/** An entity's own net, fitted. */
export interface FittedOwnNet {
  readonly fitted: FittedAutoencoder;
  readonly standing: NetStanding;
}

/** A fitted group and what its card says. */
export interface FittedGroup {
  readonly part: GroupPart;
  readonly entities: ReadonlyMap<string, EntityPart>;
  readonly trainingRows: number;
  readonly linear: readonly FittedAutoencoder[];
  readonly net: FittedAutoencoder | null;
  readonly standing: NetStanding;
  readonly ownNets: ReadonlyMap<string, FittedOwnNet>;
}

/**
 * Fits a group's shared members, its entities' own bases, and every statistic; its net goes on from `base` if that is of its size, and the
 * nets of named entities from its net.
 */
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

  const { net, own: nets } = await fitNets(plan, pooled, context, base);
  const statistics = await fitStatistics(
    {
      plan,
      basis,
      bases,
      net: net?.autoencoder ?? null,
      nets: new Map([...nets].map(([entity, { autoencoder }]) => [entity, autoencoder])),
    },
    context,
  );
  const unseen = {
    group: plan.name,
    scale: unseenScale(plan.scale),
    basis: null,
    net: null,
    statistics: statistics.typical,
  };
  return {
    part: { basis, net: net?.autoencoder ?? null, netWeight: statistics.standing.weight, unseen },
    entities: statistics.entities,
    trainingRows: pooled.pairs[0] ?? 0,
    linear: fitted,
    net,
    standing: statistics.standing,
    ownNets: new Map(
      [...statistics.ownStandings].flatMap(([entity, standing]) => {
        const fitted = nets.get(entity);
        return fitted === undefined ? [] : [[entity, { fitted, standing }] as const];
      }),
    ),
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
          ...memberOptions(context, deriveSeed(context.seed, 'linear', steps, ...names)),
          ...(start ? { start: Float64Array.from(start) } : {}),
        },
        context.kernels,
      ),
    );
  }
  const forecast = fitForecast(covariance, context.kernels);
  return { basis: { autoencoders: fitted.map((one) => one.autoencoder), forecast }, fitted };
}
