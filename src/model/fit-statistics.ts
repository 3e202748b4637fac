import type { Autoencoder } from './autoencoder.ts';
import type { EntityPart, LinearBasis } from './ensemble-parts.ts';
import type { GroupContext, GroupPlan } from './fit-group.ts';
import type { ScaledEntity } from './fit-input.ts';
import { rollingTerms } from './forecast-terms.ts';
import { autoencoderErrors, forecastMemberErrors } from './member-errors.ts';
import { historyShare } from './prior-worth.ts';
import { averageStatistics, logTerm, memberStatistics } from './member-statistics.ts';
import type { LogTerms, MemberErrors, MemberStatistics } from './member-statistics.ts';
import { NET_ALONE, logErrorRatio, standingOf } from './net-weight.ts';
import type { NetStanding } from './net-weight.ts';
import { spreadNumbers } from './stretch-windows.ts';

/** Entities whose average stands for their group. */
const TYPICAL_ENTITIES = 50;

/**
 * Multiplications that all statistics of a detector may take, some two minutes on wasm; a month of 15-second steps of 100 entities with
 * ten features stays under it.
 */
const STATISTICS_WORK = 1e12;
/** Measurements of an entity: for itself, and for the typical one. */
const MEASUREMENTS = 2;

/** A group's trained members. */
export interface FittedMembers {
  readonly plan: GroupPlan;
  readonly basis: LinearBasis;
  /** Own bases by entity. */
  readonly bases: ReadonlyMap<string, LinearBasis>;
  readonly net: Autoencoder | null;
  /** Own nets by entity. */
  readonly nets: ReadonlyMap<string, Autoencoder>;
}

/** What the members' errors are usually, and what say the nets have. */
export interface FittedStatistics {
  readonly typical: MemberStatistics[];
  readonly entities: Map<string, EntityPart>;
  readonly standing: NetStanding;
  /** Of the entities that have a net of their own. */
  readonly ownStandings: ReadonlyMap<string, NetStanding>;
}

/** Measures every member on every entity at home, each shrunk toward the group's typical one, and what say each net has. */
export async function fitStatistics(
  members: FittedMembers,
  context: GroupContext,
): Promise<FittedStatistics> {
  const { plan, basis, bases, nets } = members;
  const eligible = plan.entities.filter((entity) => entity.trainingRows >= context.priorRows);
  const pool = eligible.length > 0 ? eligible : plan.entities;
  const sample = spreadNumbers(pool.length, TYPICAL_ENTITIES).flatMap((index) => pool[index] ?? []);
  const weights = sample.map((entity) => historyShare(entity.trainingRows, context.priorRows));
  const shared = sample.map((entity) => measure(members, entity, null, context));
  const typical = (shared[0]?.statistics ?? []).map((_, member) => {
    const statistics = averageStatistics(
      shared.map((one) => one.statistics[member] ?? null),
      weights,
    );
    if (statistics === null) {
      throw new Error(`too few consecutive rows to measure a member of "${plan.name}"`);
    }
    return statistics;
  });

  const entities = new Map<string, EntityPart>();
  const ownStandings = new Map<string, NetStanding>();
  const atHome: Measured[] = [];
  for (const [index, entity] of plan.entities.entries()) {
    if (!plan.home.has(entity.entity)) continue;
    const own = bases.get(entity.entity) ?? null;
    const net = nets.get(entity.entity) ?? null;
    const measured = measure({ basis: own ?? basis, net: net ?? members.net }, entity, typical, context);
    const standing = standingBeside(plan, [measured]);
    if (net === null) atHome.push(measured);
    else ownStandings.set(entity.entity, standing);
    const statistics = measured.statistics
      .map((one, member) => one ?? typical[member])
      .filter((one) => one !== undefined);
    entities.set(entity.entity, {
      group: plan.name,
      scale: entity.scale,
      basis: own,
      net: net === null ? null : { autoencoder: net, weight: standing.weight },
      statistics,
    });
    context.report('statistics', index / plan.entities.length, entity.entity);
    await context.pause();
  }
  // Without an entity at home only those never seen will be scored, by the group's own members.
  const standing = standingBeside(plan, atHome.length > 0 ? atHome : shared);
  return { typical, entities, standing, ownStandings };
}

function standingBeside({ linearWindows }: GroupPlan, judged: readonly Measured[]): NetStanding {
  return linearWindows.length === 0 ? NET_ALONE : standingOf(judged.map(({ netRatio }) => netRatio));
}

interface Measured {
  readonly statistics: (MemberStatistics | null)[];
  /** `logErrorRatio` of the net and the linear member of its window; NaN if either is missing. */
  readonly netRatio: number;
}

function measure(
  { basis, net }: Pick<FittedMembers, 'basis' | 'net'>,
  entity: ScaledEntity,
  priors: readonly (MemberStatistics | null)[] | null,
  { entities, priorRows }: Pick<GroupContext, 'entities' | 'priorRows'>,
): Measured {
  const members = basis.autoencoders.length + (net === null ? 0 : 1);
  const work = STATISTICS_WORK / (MEASUREMENTS * Math.max(1, members) * entities);
  const errors: [MemberErrors, LogTerms][] = basis.autoencoders.map((autoencoder) => [
    autoencoderErrors(autoencoder, entity, work),
    windowTerms,
  ]);
  errors.push([forecastMemberErrors(basis.forecast, entity), rollingTerms]);
  let netRatio = Number.NaN;
  if (net !== null) {
    const ofNet = autoencoderErrors(net, entity, work);
    const peer = errors[basis.autoencoders.findIndex(({ steps }) => steps === net.steps)];
    if (peer !== undefined) netRatio = logErrorRatio(ofNet, peer[0]);
    errors.push([ofNet, windowTerms]);
  }
  const statistics = errors.map(([memberErrors, terms], member) =>
    memberStatistics(memberErrors, terms, {
      prior: priors?.[member] ?? null,
      rows: entity.trainingRows,
      priorRows,
    }),
  );
  return { statistics, netRatio };
}

function windowTerms(ratios: Float64Array, ratioMean: number): Float64Array[] {
  return [ratios.map((ratio) => logTerm(ratio / ratioMean))];
}
