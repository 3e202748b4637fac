import type { KeptStep, RestoredEntity, RestoredState } from '../pipeline/checkpoint.ts';
import type { ModelActivation } from '../pipeline/effects.ts';
import type { BudgetRefit } from '../pipeline/scoring/budget-refit.ts';
import type { Acceptance } from '../pipeline/alerts/acceptance.ts';
import type { CalibrationExclusion } from '../pipeline/scoring/calibration-exclusion.ts';
import type { FeatureSet } from './feature-set-repository.ts';
import type { Repositories } from './repositories.ts';

/** Newest alerts that are looked through for those of a model's trial. */
const MOST_ALERTS = 10_000;

/** How much of the state is wanted. */
export interface RestoreWanted {
  /** Fewest kept steps an entity, as far as there are any. */
  readonly rowsNeeded: number;
  /** Absent: all entities. */
  readonly entities?: ReadonlySet<string>;
}

/**
 * The state at the last checkpoint. `kept` is read from the files when it is looked at, so that a big fleet's
 * history is never in memory at once; it always ends at the entity's restored `lastClosedStep`.
 */
export function restoreState(
  repositories: Repositories,
  sets: Iterable<FeatureSet>,
  wanted: RestoreWanted,
): RestoredState {
  const entities: RestoredEntity[] = [];
  const activations: ModelActivation[] = [];
  const budgetRefits: BudgetRefit[] = [];
  const exclusions: CalibrationExclusion[] = [];
  const acceptances: Acceptance[] = [];
  const firedSteps = new Map<string, number[]>();
  for (const set of sets) {
    const ofDetector = repositories.models.activations(set.detector);
    activations.push(...ofDetector);
    exclusions.push(...repositories.exclusions.of(set.detector));
    acceptances.push(...repositories.acceptances.of(set.detector));
    budgetRefits.push(...repositories.budgetRefits.of(set.detector));
    const newest = ofDetector.at(-1);
    if (newest !== undefined) firedSteps.set(set.detector, firedSince(repositories, newest));
    entities.push(...restoreEntities(repositories, set, { activations: ofDetector, ...wanted }));
  }
  const marks = repositories.marks.all();
  return {
    marks,
    entities,
    activations,
    budgetRefits,
    exclusions,
    acceptances,
    ...(firedSteps.size > 0 && { firedSteps }),
    incidents: repositories.incidents.open(),
    windows: repositories.quietWindows.all().filter(({ kind }) => kind !== 'silence'),
  };
}

/** Steps at which alerts fired since an activation; provisional ones do not count, nor what rules told: no model is to blame for it. */
function firedSince({ alerts }: Repositories, { detector, effectiveStep }: ModelActivation): number[] {
  return alerts
    .list({ detector, limit: MOST_ALERTS })
    .flatMap(({ alert: { firedStep, provisional, modelVersion } }) => {
      const counts = modelVersion !== '' && !provisional;
      return firedStep !== null && firedStep >= effectiveStep && counts ? [firedStep] : [];
    });
}

function restoreEntities(
  { entities, calibrations, alerts, steps }: Repositories,
  set: FeatureSet,
  options: RestoreWanted & { readonly activations: readonly ModelActivation[] },
): RestoredEntity[] {
  // Whoever restores an entity looks at its steps more than once, and then goes on to the next one.
  let last: { readonly id: number; readonly kept: readonly KeptStep[] } | null = null;
  const rows = entities.rowsOf(set).filter(({ row }) => options.entities?.has(row.entity) ?? true);
  return rows.map(({ id, row }) => {
    const { detector, entity, lastClosedStep } = row;
    const active = options.activations
      .filter((activation) => activation.effectiveStep <= lastClosedStep + 1)
      .at(-1);
    const found = calibrations.find(id, active?.version ?? null);
    const wanted = {
      afterStep: found?.upToStep ?? -Infinity,
      toStep: lastClosedStep,
      atLeast: options.rowsNeeded,
    };
    return {
      ...row,
      calibration: found === null ? null : { detector, entity, ...found },
      openAlerts: alerts.openOf(detector, entity),
      get kept(): readonly KeptStep[] {
        if (last?.id !== id) last = { id, kept: steps.newest(set, id, wanted) };
        return last.kept;
      },
    };
  });
}
