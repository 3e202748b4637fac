import { lnBudgetRate } from './budget-rate.ts';
import type { ScoringContext } from './scoring-state.ts';

/** What steps are held against before any live one has been scored: the model file's thresholds, not refit, without an offset. */
export function beginningContext({
  spec,
  model,
  calibrations,
}: Pick<ScoringContext, 'spec' | 'model' | 'calibrations'>): ScoringContext {
  const terms = { offset: 0, lnRate: lnBudgetRate(spec, calibrations.entityCount) };
  return {
    spec,
    model,
    calibrations,
    nextRefitMs: () => Infinity,
    budgetAt: () => terms,
    excluded: () => [],
  };
}
