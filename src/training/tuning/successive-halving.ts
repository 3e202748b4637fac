/** A candidate tried with a share of the whole effort; candidate 0 is what is in use. */
export interface Trial {
  readonly candidate: number;
  readonly rung: number;
}

/** What a trial gave: `validationLoss` is better small, `logRatio` (scores in against out of injected faults) large. */
export interface TrialResult extends Trial {
  readonly validationLoss: number;
  readonly logRatio: number;
  readonly seconds: number;
}

/** How many candidates start. */
export interface HalvingPlan {
  readonly candidates: number;
}

/** Share of the whole effort in each rung: of the entities, and of the windows that a net learns from. */
export const RUNG_SHARES: readonly number[] = [1 / 9, 1 / 3, 1];
/** One in so many goes on to the next rung. */
const KEPT_OF = 3;
/** At the last rung at least this many meet what is in use. */
const LEAST_LAST = 1;

/**
 * The trial that comes next, or `null` once all are done: successive halving (Jamieson and Talwalkar, 2016). Follows from
 * the results alone, so a run that was cut off goes on where it was. Candidate 0 is tried in every rung.
 */
export function nextTrial(plan: HalvingPlan, results: readonly TrialResult[]): Trial | null {
  for (let rung = 0; rung < RUNG_SHARES.length; rung++) {
    const done = new Set(results.filter((one) => one.rung === rung).map((one) => one.candidate));
    const candidate = candidatesOf(plan, rung, results).find((one) => !done.has(one));
    if (candidate !== undefined) return { candidate, rung };
  }
  return null;
}

/** Candidates by their mean rank over both measures, best first; ties go to the lower number. */
export function rankCandidates(results: readonly TrialResult[]): number[] {
  const losses = ranks(results.map((one) => one.validationLoss));
  const ratios = ranks(results.map((one) => -one.logRatio));
  return results
    .map(({ candidate }, i) => ({ candidate, rank: (losses[i] ?? 0) + (ratios[i] ?? 0) }))
    .sort((a, b) => a.rank - b.rank || a.candidate - b.candidate)
    .map(({ candidate }) => candidate);
}

/** Effort of a whole plan; trying one candidate with everything is 1. */
export function effortOf(plan: HalvingPlan): number {
  return RUNG_SHARES.reduce((sum, share, rung) => sum + share * countOf(plan, rung), 0);
}

function candidatesOf(plan: HalvingPlan, rung: number, results: readonly TrialResult[]): number[] {
  if (rung === 0) return Array.from({ length: plan.candidates }, (_, index) => index);
  const before = candidatesOf(plan, rung - 1, results);
  const finished = results.filter((one) => one.rung === rung - 1 && before.includes(one.candidate));
  if (finished.length < before.length) return [];
  const rivals = rankCandidates(finished).filter((candidate) => candidate !== 0);
  return [0, ...rivals.slice(0, countOf(plan, rung) - 1)];
}

function countOf({ candidates }: HalvingPlan, rung: number): number {
  if (rung === 0) return candidates;
  const rivals = Math.max(LEAST_LAST, Math.round((candidates - 1) / KEPT_OF ** rung));
  return 1 + Math.min(candidates - 1, rivals);
}

/** Ranks from 0, equal values sharing the mean of theirs; what is not finite is last. */
function ranks(values: readonly number[]): number[] {
  const keys = values.map((value) => (Number.isFinite(value) ? value : Infinity));
  return keys.map((key) => {
    const below = keys.filter((other) => other < key).length;
    const equal = keys.filter((other) => other === key).length;
    return below + (equal - 1) / 2;
  });
}
