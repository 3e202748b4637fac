import { SELF_TEST_TRIALS, type FaultResult } from './self-test.ts';

/** In standard errors: of 20 trials each, chance alone gets there once in a thousand times. */
const CLEARLY = 3;

/**
 * Whether recall is clearly below what it was: by more than three standard errors of the difference of two shares, each as
 * sharp as its number of trials makes it.
 */
export function recallFallen(before: FaultResult, now: FaultResult): boolean {
  const [n, m] = [before.trials ?? SELF_TEST_TRIALS, now.trials ?? SELF_TEST_TRIALS];
  const pooled = (n * before.recall + m * now.recall) / (n + m);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
  return before.recall - now.recall > CLEARLY * error;
}
