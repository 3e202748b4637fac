import type { ModelSpec } from '../../core/detector.ts';
import { drawCandidates } from './search-space.ts';
import { RUNG_SHARES, effortOf } from './successive-halving.ts';
import type { HalvingPlan, TrialResult } from './successive-halving.ts';
import type { TuningState } from './tuning-state.ts';

/** Trainings of present and tuned settings each that the gain is judged by. */
export const JUDGED_SEEDS = 3;

const CANDIDATES = { least: 4, most: 40 };
/** Of the time, what the plan is made for: what trials cost is only guessed. */
const PLANNED = 0.8;

/** A plan for so many candidates, or for as many as the search space has. */
export function planFor(model: ModelSpec, count: number, seed: number): HalvingPlan {
  return { candidates: drawCandidates(model, count, seed).length };
}

/** How many candidates fit the time, by what the first trial took. */
export function affordable(results: readonly TrialResult[], budgetMs: number): number {
  const wholeMs = ((results[0]?.seconds ?? 0) * 1000) / (RUNG_SHARES[0] ?? 1);
  for (let candidates = CANDIDATES.most; candidates > CANDIDATES.least; candidates--) {
    if (wholeEffort({ candidates }) * wholeMs <= PLANNED * budgetMs) return candidates;
  }
  return CANDIDATES.least;
}

/** How much of the whole is done, 0…1. */
export function doneShare({ plan, results, judged }: TuningState): number {
  if (plan === null) return 0;
  const tried = results.reduce((sum, { rung }) => sum + (RUNG_SHARES[rung] ?? 1), 0);
  return (tried + 2 * judged.length) / wholeEffort(plan);
}

function wholeEffort(plan: HalvingPlan): number {
  return effortOf(plan) + 2 * JUDGED_SEEDS;
}
