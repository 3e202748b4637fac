import { SELF_TEST_TRIALS } from './fault-trials.ts';
import type { FaultResult } from './self-test.ts';

/** So many standard errors are a clear fall: of 20 trials each, chance alone gets there once in a thousand times. */
export const CLEARLY = 3;

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
