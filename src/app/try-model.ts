import type { DetectorSpec } from '../core/detector.ts';
import { lnBudgetRate } from '../pipeline/scoring/budget-rate.ts';
import { newScoringState, type ScoringContext } from '../pipeline/scoring/scoring-state.ts';
import type { LoadedModel } from './open-model.ts';

/** Begins the scoring of every entity that a model knows, as the live path will; throws if what its file begins them with can't be read. */
export function tryModel({ model, calibrations }: LoadedModel, spec: DetectorSpec): void {
  const terms = { offset: 0, lnRate: lnBudgetRate(spec, calibrations.entityCount) };
  const context: ScoringContext = {
    spec,
    model,
    calibrations,
    nextRefitMs: () => Infinity,
    budgetAt: () => terms,
    excluded: () => [],
  };
  const known = new Set([...calibrations.entities.keys(), ...calibrations.guards.entities.keys()]);
  for (const entity of known) newScoringState(context, entity, '');
}
