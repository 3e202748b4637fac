import { SLOTS } from './time-of-day.ts';
import type { EntityGuards } from './entity-guards.ts';

/** What a model file ships for the guards: what they learned from the training rows. */
export interface InitialGuards {
  /** Usual values by the hour, `[features, SLOTS]`, scaled by each entity's own profile; NaN where nobody has any. */
  readonly overall: Float32Array;
  readonly cohorts: ReadonlyMap<string, Float32Array>;
  /** `EntityGuards` bytes by entity. */
  readonly entities: ReadonlyMap<string, Uint8Array>;
}

/** One entity's guards after its training rows. */
export interface TrainedGuards {
  readonly entity: string;
  readonly cohort: string;
  readonly guards: EntityGuards;
}

/** Of a model without guards: they all begin anew. */
export const NO_GUARDS: InitialGuards = {
  overall: new Float32Array(0),
  cohorts: new Map(),
  entities: new Map(),
};

/** Pools the profiles by cohort, and gives each entity its cohort's for the hours that it has not seen itself. */
export function initialGuards(trained: readonly TrainedGuards[]): InitialGuards {
  const overall = meanProfiles(trained);
  const cohorts = new Map(
    [...new Set(trained.map(({ cohort }) => cohort))].map((cohort) => [
      cohort,
      meanProfiles(trained.filter((one) => one.cohort === cohort)),
    ]),
  );
  const entities = new Map(
    trained.map(({ entity, cohort, guards }) => {
      guards.fillProfiles(cohorts.get(cohort) ?? overall);
      return [entity, guards.toBytes()];
    }),
  );
  return { overall, cohorts, entities };
}

/** The profiles of entities that training has not seen, `null` if the model has none. */
export function cohortProfiles(guards: InitialGuards, cohort: string, features: number): Float32Array | null {
  const profiles = guards.cohorts.get(cohort) ?? guards.overall;
  return profiles.length === features * SLOTS ? profiles : null;
}

/** The mean by slot over those who know it; NaN where nobody does. */
function meanProfiles(trained: readonly TrainedGuards[]): Float32Array {
  const all = trained.map(({ guards }) => guards.profiles());
  return new Float32Array(all[0]?.length ?? 0).map((_, index) => {
    const known = all
      .map((profiles) => profiles[index] ?? Number.NaN)
      .filter((value) => !Number.isNaN(value));
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}
