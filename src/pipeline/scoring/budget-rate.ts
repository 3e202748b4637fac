import type { DetectorSpec } from '../../core/detector.ts';

/** A budget so generous that every other row might be over has no threshold to speak of. */
const MOST_RATE = 0.5;

/** ln p_budget: the rate a row of clusters that one entity may have, so that `entityCount` of them use up the budget. */
export function lnBudgetRate(spec: Pick<DetectorSpec, 'stepMs' | 'alert'>, entityCount: number): number {
  const { count, perMs, scope } = spec.alert.budget;
  const sharers = scope === 'entity' ? 1 : Math.max(1, entityCount);
  return Math.log(Math.min(MOST_RATE, (count * spec.stepMs) / (perMs * sharers)));
}

/** What a step's score is held against. */
export interface BudgetTerms {
  /** Added to S first: what brings the whole detector's alerts to its budget. */
  readonly offset: number;
  /** ln p_budget. */
  readonly lnRate: number;
}
