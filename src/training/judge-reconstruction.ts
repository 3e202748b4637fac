import { createRandom } from '../core/random.ts';
import type { GateVerdict } from './promotion-gate.ts';
import type { HoldOutResult } from './score-hold-out.ts';

/**
 * So much larger, as a mean log ratio, a challenger's errors may be: 10 %. Two trainings of one history on different days differ by
 * some 3 %, and an error 10 % larger moves no threshold by more than a daily refit does.
 */
const MARGIN = 0.1;
/** Added to both errors, in squares of the champion's spread: below 3 % of a feature's spread no model is the better one. */
const LEAST_ERROR = 1e-3;
/** With fewer pairs a bootstrap has nothing to draw from, and the mean alone decides. */
const LEAST_PAIRS = 20;
const RESAMPLES = 200;
const UPPER_QUANTILE = 0.95;

/**
 * Compares how well both models rebuild the same hold-out, each feature in units of the champion's spread of it, so that a challenger
 * can't look good by what it takes for usual. Non-inferiority: the upper end of the mean log ratio of errors, paired over blocks of 64
 * steps and bootstrapped over these, must be within the margin. A model without members has no reconstruction, and passes.
 */
export function judgeReconstruction(
  challenger: readonly HoldOutResult[],
  champion: readonly HoldOutResult[],
): GateVerdict {
  const name = 'reconstruction';
  const pairs = logRatios(challenger, champion);
  if (pairs.length === 0) {
    return { name, passed: true, detail: 'Reconstruction was not compared: one of the two models has none.' };
  }
  const { mean, upper } = boundsOf(pairs);
  const passed = upper <= MARGIN;
  const range = upper === mean ? '' : ` (at most ${percent(upper)})`;
  const detail =
    `Errors on the newest hold-out are ${percent(mean)}${range} against those of the model in use, ` +
    (passed ? 'within' : 'beyond') +
    ` the margin of ${percent(MARGIN)}.`;
  return { name, passed, detail };
}

/** One mean log ratio of errors a block of an entity that both models have scored. */
function logRatios(challenger: readonly HoldOutResult[], champion: readonly HoldOutResult[]): number[] {
  const champions = new Map(champion.map((one) => [one.entity, one.residuals]));
  return challenger.flatMap(({ entity, residuals }) => {
    const other = champions.get(entity);
    if (other === undefined) return [];
    return [...residuals.numbers].flatMap((block) => {
      const own = residuals.mean(block, other.sd);
      const theirs = other.mean(block);
      if (own === null || theirs === null) return [];
      const ratios = own.map((error, j) =>
        Math.log((error + LEAST_ERROR) / ((theirs[j] ?? 0) + LEAST_ERROR)),
      );
      return [meanOf(ratios)];
    });
  });
}

function boundsOf(pairs: readonly number[]): { readonly mean: number; readonly upper: number } {
  const mean = meanOf(pairs);
  if (pairs.length < LEAST_PAIRS) return { mean, upper: mean };
  const random = createRandom(1);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < pairs.length; i++) sum += pairs[random.integer(pairs.length)] ?? 0;
    return sum / pairs.length;
  }).sort();
  return { mean, upper: means[Math.floor(UPPER_QUANTILE * RESAMPLES)] ?? mean };
}

function meanOf(values: ArrayLike<number> & Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function percent(logRatio: number): string {
  const change = 100 * Math.expm1(logRatio);
  return `${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(1)} %`;
}
