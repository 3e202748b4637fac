import { priorWorth } from './prior-worth.ts';

/** What an ensemble's member was on hold-out, for one entity or a cohort's typical one: turns its errors into comparable terms. */
export interface MemberStatistics {
  /** The feature's usual error; errors are divided by it. */
  readonly featureError: Float64Array;
  /** Hold-out mean of the mean ratio over features. */
  readonly ratioMean: number;
  /** Hold-out medians of the member's log terms: what it says when it lacks rows. */
  readonly medians: Float64Array;
  /** Hold-out .9 quantile of the mean ratio of single errors. */
  readonly upperRatio: number;
}

/** Errors `[rows, features]` of one member on one entity, in stretches where order matters. */
export interface MemberErrors {
  readonly features: number;
  readonly training: readonly Float64Array[];
  readonly holdOut: readonly Float64Array[];
}

/** How a member's mean ratios, in order, become log terms: one list a term. */
export type LogTerms = (ratios: Float64Array, ratioMean: number) => Float64Array[];

/** One wild feature must not decide alone; the aggregate is never capped (ties cost .22 of VUS-PR). */
const RATIO_CAP = 1000;
/** Keeps the log of very quiet windows from running away. */
const LOG_OFFSET = 0.05;
const UPPER_QUANTILE = 0.9;

/** The score of a relative error: 0 near usual, higher is stranger. */
export function logTerm(ratio: number): number {
  return Math.log(ratio + LOG_OFFSET);
}

/** Mean over features of error ÷ usual error, each capped, for the row that starts at `offset`. */
export function meanRatio(errors: Float64Array, offset: number, featureError: Float64Array): number {
  let sum = 0;
  for (let feature = 0; feature < featureError.length; feature++) {
    sum += Math.min(RATIO_CAP, errors[offset + feature]! / featureError[feature]!);
  }
  return sum / featureError.length;
}

/**
 * A member's statistics from its errors, shrunk toward a prior that counts as up to `priorRows` training rows and hold-out windows
 * (`priorWorth`). Answers the prior where there are no errors at all.
 */
export function memberStatistics(
  errors: MemberErrors,
  terms: LogTerms,
  shrink: { readonly prior: MemberStatistics | null; readonly rows: number; readonly priorRows: number },
): MemberStatistics | null {
  const holdOut = errors.holdOut.some((stretch) => stretch.length > 0) ? errors.holdOut : errors.training;
  if (!holdOut.some((stretch) => stretch.length > 0)) return shrink.prior;
  const { prior } = shrink;
  const own = usualErrors(errors);
  const worth = priorWorth(shrink.rows, shrink.priorRows);
  const weight = shrink.rows / (shrink.rows + worth);
  const featureError =
    prior === null ? own : own.map((value, i) => mixLog(value, prior.featureError[i]!, weight));

  const ratios = holdOut.map((stretch) => {
    const count = stretch.length / featureError.length;
    return Float64Array.from({ length: count }, (_, row) =>
      meanRatio(stretch, row * featureError.length, featureError),
    );
  });
  const all = Float64Array.from(ratios.flatMap((list) => [...list])).sort();
  const mean = Math.max(1e-6, all.reduce((sum, value) => sum + value, 0) / all.length);
  const heldWeight = prior === null ? 1 : all.length / (all.length + worth);
  const ratioMean = prior === null ? mean : mixLog(mean, prior.ratioMean, heldWeight);
  const upper = Math.max(1e-6, quantile(all, UPPER_QUANTILE));
  const upperRatio = prior === null ? upper : mixLog(upper, prior.upperRatio, heldWeight);

  const lists = ratios.map((list) => terms(list, ratioMean));
  const medians = Float64Array.from({ length: lists[0]?.length ?? 0 }, (_, term) => {
    const values = Float64Array.from(lists.flatMap((list) => [...(list[term] ?? [])])).sort();
    const before = prior?.medians[term] ?? logTerm(1);
    if (values.length === 0) return before;
    return prior === null ? quantile(values, 0.5) : mix(quantile(values, 0.5), before, heldWeight);
  });
  return { featureError, ratioMean, medians, upperRatio };
}

/** The typical statistics of several entities by their weights, without those that have none; `null` if nobody has. */
export function averageStatistics(
  list: readonly (MemberStatistics | null)[],
  weights: readonly number[],
): MemberStatistics | null {
  const known = list.flatMap((one, i) => (one === null ? [] : [{ one, weight: weights[i] ?? 0 }]));
  const first = known[0]?.one;
  if (first === undefined) return null;
  const weightSum = known.reduce((sum, { weight }) => sum + weight, 0);
  const average = (pick: (one: MemberStatistics) => number): number =>
    known.reduce((sum, { one, weight }) => sum + pick(one) * (weight / weightSum), 0);
  const averageLog = (pick: (one: MemberStatistics) => number): number =>
    Math.exp(average((one) => Math.log(pick(one))));
  return {
    featureError: first.featureError.map((_, i) => averageLog((one) => one.featureError[i]!)),
    ratioMean: averageLog((one) => one.ratioMean),
    medians: first.medians.map((_, i) => average((one) => one.medians[i]!)),
    upperRatio: averageLog((one) => one.upperRatio),
  };
}

/** Larger of hold-out and training mean of each feature, floored, so that one that was never wrong does not shout at its first hair. */
export function usualErrors(errors: MemberErrors): Float64Array {
  const training = meanErrors(errors.training, errors.features);
  const holdOut = meanErrors(errors.holdOut, errors.features);
  const usual = training.map((value, i) => Math.max(value, holdOut[i]!));
  const floor = Math.max(0.01 * quantile(Float64Array.from(usual).sort(), 0.5), 1e-4);
  return usual.map((value) => Math.max(value, floor));
}

function meanErrors(stretches: readonly Float64Array[], features: number): Float64Array {
  const sums = new Float64Array(features);
  let rows = 0;
  for (const stretch of stretches) {
    rows += stretch.length / features;
    for (let i = 0; i < stretch.length; i++) sums[i % features] = sums[i % features]! + stretch[i]!;
  }
  return sums.map((sum) => (rows === 0 ? 0 : sum / rows));
}

function mix(own: number, prior: number, weight: number): number {
  return weight * own + (1 - weight) * prior;
}

function mixLog(own: number, prior: number, weight: number): number {
  return Math.exp(mix(Math.log(own), Math.log(prior), weight));
}

/** Of ascending values, by linear interpolation. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  return low + (position - below) * ((sorted[below + 1] ?? low) - low);
}
