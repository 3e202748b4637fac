import type { TrainingRun } from '../store/training-run-repository.ts';

/** So many rejections one after the other are told of (DESIGN §5.5). */
export const ALARMING_REJECTIONS = 3;
/** So far back runs are looked through. */
export const MOST_RUNS = 20;

/** How many of the newest runs were rejected one after the other; those that came to no model do not count. Newest first. */
export function rejectionsInARow(runs: readonly Pick<TrainingRun, 'outcome'>[]): number {
  const judged = runs.filter(({ outcome }) => outcome === 'promoted' || outcome === 'rejected');
  const end = judged.findIndex(({ outcome }) => outcome === 'promoted');
  return end < 0 ? judged.length : end;
}
