import type { Stretch } from './lagged-covariance.ts';

/** Share of an entity's training rows that validates instead. */
const TAIL_SHARE = 0.1;
/** But never more than this, where rows are few. */
const LARGEST_SHARE = 0.25;

/**
 * Cuts the newest tenth of an entity's training rows off, at least `leastRows`: it tells gradient descent when to stop, so that the
 * hold-out stays unseen. Stretches are `[count, features]`, oldest first.
 */
export function cutTail(
  stretches: readonly Stretch[],
  features: number,
  leastRows: number,
): { training: Stretch[]; validation: Stretch[] } {
  const total = stretches.reduce((sum, stretch) => sum + stretch.count, 0);
  let left = total - Math.floor(Math.min(LARGEST_SHARE * total, Math.max(TAIL_SHARE * total, leastRows)));
  const training: Stretch[] = [];
  const validation: Stretch[] = [];
  for (const { rows, count } of stretches) {
    const cut = Math.min(count, left);
    left -= cut;
    if (cut > 0) training.push({ rows: rows.subarray(0, cut * features), count: cut });
    if (cut < count) validation.push({ rows: rows.subarray(cut * features), count: count - cut });
  }
  return { training, validation };
}
