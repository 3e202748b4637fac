import type { KeptStep, RestoredEntity, RestoredState } from '../pipeline/checkpoint.ts';
import type { ModelActivation } from '../pipeline/effects.ts';
import type { BudgetRefit } from '../pipeline/scoring/budget-refit.ts';
import type { CalibrationExclusion } from '../pipeline/scoring/calibration-exclusion.ts';
import type { FeatureSet } from './feature-set-repository.ts';
import type { Repositories } from './repositories.ts';

/**
 * The state at the last checkpoint. `kept` is read from the files when it is looked at, so that a big fleet's
 * history is never in memory at once; it always ends at the entity's restored `lastClosedStep`.
 */
export function restoreState(
  repositories: Repositories,
  sets: Iterable<FeatureSet>,
  rowsNeeded: number,
): RestoredState {
  const entities: RestoredEntity[] = [];
  const activations: ModelActivation[] = [];
  const budgetRefits: BudgetRefit[] = [];
  const exclusions: CalibrationExclusion[] = [];
  for (const set of sets) {
    const ofDetector = repositories.models.activations(set.detector);
    activations.push(...ofDetector);
    exclusions.push(...repositories.exclusions.of(set.detector));
    budgetRefits.push(...repositories.budgetRefits.of(set.detector));
    entities.push(...restoreEntities(repositories, set, { activations: ofDetector, rowsNeeded }));
  }
  return { marks: repositories.marks.all(), entities, activations, budgetRefits, exclusions };
}

function restoreEntities(
  { entities, calibrations, alerts, steps }: Repositories,
  set: FeatureSet,
  options: { readonly activations: readonly ModelActivation[]; readonly rowsNeeded: number },
): RestoredEntity[] {
  // Whoever restores an entity looks at its steps more than once, and then goes on to the next one.
  let last: { readonly id: number; readonly kept: readonly KeptStep[] } | null = null;
  return entities.rowsOf(set).map(({ id, row }) => {
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
      openAlert: alerts.openOf(detector, entity),
      get kept(): readonly KeptStep[] {
        if (last?.id !== id) last = { id, kept: steps.newest(set, id, wanted) };
        return last.kept;
      },
    };
  });
}
