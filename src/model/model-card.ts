import type { ModelSpec } from '../core/detector.ts';
import type { Autoencoder, EpochLoss, FittedAutoencoder } from './autoencoder.ts';
import type { BackendName } from './backend.ts';
import { FORECAST_WEIGHT, LINEAR_WEIGHT } from './ensemble.ts';
import { FLEET } from './ensemble-parts.ts';
import type { FittedGroup, GroupPlan } from './fit-group.ts';
import type { NetStanding } from './net-weight.ts';

/** One trained member, as it really came out. */
export interface MemberCard {
  readonly kind: Autoencoder['kind'] | 'forecast';
  /** Whose own it is; absent: the group's. */
  readonly entity?: string;
  /** Beside the other members'; 0: it has no say in the score. */
  readonly weight: number;
  /** Rows it sees. */
  readonly steps: number;
  /** Widths from input to output; the narrowest is the bottleneck. */
  readonly shape: readonly number[];
  /** Share of the windows' variance that the bottleneck's linear counterpart covers; 1 for the forecast. */
  readonly share: number;
  /** Gradient descent's way; empty for closed forms. */
  readonly curve: readonly EpochLoss[];
  /** Gradient descent went on from the weights of an earlier net. */
  readonly fineTuned: boolean;
  /** Typical mean squared error of a feature on hold-out, in units of the entity's own variance. */
  readonly holdOutError: number;
}

/** What one group of entities shares. */
export interface GroupCard {
  /** The cohort's name, or `null` for all entities of the detector. */
  readonly cohort: string | null;
  readonly entities: number;
  readonly trainingRows: number;
  readonly members: readonly MemberCard[];
}

/** What a model is and what it was made of, for people: stored with it, shown by the CLI and the console. */
export interface ModelCard {
  readonly version: string;
  readonly detector: string;
  readonly type: ModelSpec['type'];
  /** Why a member that was asked for is missing or has no say, or ''. */
  readonly note: string;
  readonly backend: BackendName | 'none';
  /** Milliseconds that a batch of the net took on each backend, where `backend: auto` measured them. */
  readonly batchMs?: Partial<Record<BackendName, number>>;
  readonly seed: number;
  readonly features: readonly string[];
  readonly windows: readonly number[];
  readonly groups: readonly GroupCard[];
  readonly entities: readonly {
    readonly entity: string;
    readonly cohort: string;
    readonly trainingRows: number;
    readonly holdOutRows: number;
    /** Own linear members; else its group's with own scales. */
    readonly ownBasis: boolean;
  }[];
}

/** Why a group's net, or one of its entities' own, has no say in the score, or ''. */
export function netNote({ name }: GroupPlan, { net, standing, ownNets }: FittedGroup): string {
  const label = name === FLEET ? 'all entities' : `cohort "${name}"`;
  return [
    ...(net === null ? [] : silentNote(label, standing)),
    ...[...ownNets].flatMap(([entity, own]) => silentNote(`entity "${entity}"`, own.standing)),
  ].join('; ');
}

function silentNote(label: string, { weight, errorRatio }: NetStanding): string[] {
  if (weight > 0) return [];
  const reason = Number.isNaN(errorRatio)
    ? 'no entity has hold-out to try it on'
    : `on hold-out its errors are ${errorRatio.toFixed(2)} times the linear member's`;
  return [`the net of ${label} has no say: ${reason}`];
}

/** Describes a fitted group. */
export function groupCard(plan: GroupPlan, fitted: FittedGroup): GroupCard {
  const { statistics } = fitted.part.unseen;
  const errorOf = (member: number, of = statistics): number => {
    const errors = of.at(member)?.featureError ?? new Float64Array(0);
    return errors.reduce((sum, error) => sum + error / errors.length, 0);
  };
  const describe = (one: FittedAutoencoder, member: number, weight: number): MemberCard => ({
    kind: one.autoencoder.kind,
    weight,
    steps: one.autoencoder.steps,
    shape: one.autoencoder.shape,
    share: one.share,
    curve: one.curve,
    fineTuned: one.fineTuned,
    holdOutError: errorOf(member),
  });
  const members = fitted.linear.map((one, index) =>
    describe(one, index, LINEAR_WEIGHT / fitted.linear.length),
  );
  const forecast = fitted.part.basis?.forecast;
  if (forecast !== undefined) {
    const shape = [forecast.rows * forecast.features, forecast.features];
    const holdOutError = errorOf(members.length);
    members.push({
      kind: 'forecast',
      weight: FORECAST_WEIGHT,
      steps: forecast.rows + 1,
      shape,
      share: 1,
      curve: [],
      fineTuned: false,
      holdOutError,
    });
  }
  if (fitted.net !== null) members.push(describe(fitted.net, -1, fitted.part.netWeight));
  for (const [entity, own] of fitted.ownNets) {
    const holdOutError = errorOf(-1, fitted.entities.get(entity)?.statistics);
    members.push({ ...describe(own.fitted, -1, own.standing.weight), entity, holdOutError });
  }
  return {
    cohort: plan.name === FLEET ? null : plan.name,
    entities: plan.home.size,
    trainingRows: fitted.trainingRows,
    members,
  };
}
