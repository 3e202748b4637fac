import { FLEET } from './ensemble-parts.ts';
import { poolScales, shrinkScale } from './feature-scale.ts';
import type { FeatureScale } from './feature-scale.ts';
import type { GroupPlan } from './fit-group.ts';
import { scaleEntity } from './fit-input.ts';
import type { FitInput, ScaledEntity, SplitEntity } from './fit-input.ts';
import { FORECAST_ROWS } from './forecast.ts';
import { netOf } from './net-registry.ts';
import { countWindows } from './stretch-windows.ts';

/** Who is fitted with whom. */
export interface FitPlan {
  /** Group of each cohort. */
  readonly cohorts: ReadonlyMap<string, string>;
  readonly groups: readonly GroupPlan[];
  readonly scales: ReadonlyMap<string, FeatureScale>;
  /** Why a member that was asked for is missing, or ''. */
  readonly note: string;
}

/** Least training windows of the greatest length that a cohort needs for members of its own. */
const LEAST_WINDOWS = 64;
/** Least training windows for a net. */
const LEAST_NET_WINDOWS = 500;
/** The net's window is the longest configured one up to this (RECIPE §1.4). */
const NET_STEPS = 16;

/** Window length of a net, of those configured (ascending). */
export function netStepsOf(windows: readonly number[]): number {
  return windows.filter((steps) => steps <= NET_STEPS).at(-1) ?? windows[0] ?? 1;
}

/**
 * Puts entities into groups: a cohort with enough rows is one, all others share the fleet's; a single cohort is the fleet. Throws if the
 * whole fleet has too few consecutive rows.
 */
export function planFit(input: FitInput, split: readonly SplitEntity[], priorRows: number): FitPlan {
  const features = input.features.length;
  const { type } = input.modelSpec;
  const longest = Math.max(FORECAST_ROWS + 1, ...input.windows);
  const windowsOf = (entities: readonly SplitEntity[], steps: number): number =>
    entities.reduce((sum, entity) => {
      const stretches = entity.training.map((rows) => ({ count: rows.length / features }));
      return sum + countWindows(stretches, steps);
    }, 0);
  const least = type === 'none' ? 0 : LEAST_WINDOWS;
  const all = windowsOf(split, longest);
  if (all < least || split.length === 0) {
    throw new Error(
      `detector "${input.detector}" has ${String(all)} windows of ${String(longest)} steps to train on, ${String(LEAST_WINDOWS)} are needed: wait for more history, or shorten windows`,
    );
  }

  const byCohort = new Map<string, SplitEntity[]>();
  for (const entity of split) byCohort.set(entity.cohort, [...(byCohort.get(entity.cohort) ?? []), entity]);
  const cohorts = new Map<string, string>();
  for (const [cohort, entities] of [...byCohort].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const alone = byCohort.size > 1 && windowsOf(entities, longest) >= least;
    cohorts.set(cohort, alone ? cohort : FLEET);
  }

  const netSteps = netStepsOf(input.windows);
  const named = new Set(input.modelSpec.ownNets ?? []);
  const net = netOf(type);
  const notes: string[] = [];
  const scales = new Map<string, FeatureScale>();
  const names = [...new Set([FLEET, ...cohorts.values()])];
  // With cohorts of their own, the fleet's net is what theirs start from.
  const base = input.bases !== undefined && names.length > 1;
  const pooled = names.map((name) => {
    const members = split.filter((entity) => name === FLEET || cohorts.get(entity.cohort) === name);
    const scale = poolScales(
      members.map((entity) => entity.ownScale),
      features,
      priorRows,
    );
    const home = members.filter((entity) => cohorts.get(entity.cohort) === name);
    for (const entity of home) scales.set(entity.entity, shrinkScale(entity.ownScale, scale, priorRows));
    return { name, members, scale, home };
  });
  const scaled = new Map<SplitEntity, ScaledEntity>();
  for (const entity of split) {
    const scale = scales.get(entity.entity);
    if (scale !== undefined) scaled.set(entity, scaleEntity(entity, scale));
  }
  const groups = pooled.map(({ name, members, scale, home }): GroupPlan => {
    const enough = windowsOf(members, netSteps) >= LEAST_NET_WINDOWS;
    const wanted = net !== null && (home.length > 0 || base);
    if (wanted && home.length > 0 && !enough) {
      const label = name === FLEET ? 'all entities' : `cohort "${name}"`;
      notes.push(`no net for ${label}: fewer than ${String(LEAST_NET_WINDOWS)} windows`);
    }
    const hasNet = wanted && enough;
    const owners = hasNet ? home.filter(({ entity }) => named.has(entity)) : [];
    const grown = owners.filter((entity) => windowsOf([entity], netSteps) >= LEAST_NET_WINDOWS);
    return {
      name,
      entities: members.flatMap((entity) => scaled.get(entity) ?? []),
      home: new Set(home.map((entity) => entity.entity)),
      scale,
      linearWindows: type === 'auto' || type === 'linear' ? input.windows : [],
      net: hasNet ? { name: net, steps: netSteps } : null,
      netOwners: new Set(grown.map(({ entity }) => entity)),
    };
  });
  const whyNot = (entity: string): string =>
    split.some((one) => one.entity === entity)
      ? `fewer than ${String(LEAST_NET_WINDOWS)} windows, or no net to start from`
      : 'it has no rows to train on';
  const without = [...named].filter((entity) => !groups.some(({ netOwners }) => netOwners.has(entity)));
  notes.push(...without.map((entity) => `no net of its own for "${entity}": ${whyNot(entity)}`));
  return { cohorts, groups, scales, note: notes.join('; ') };
}
