import type { ScoreTail } from './score-tail.ts';

/**
 * Standard error of the score at which a tail's rate is `lnRate` (delta method): the count of clusters is Poisson, and
 * the tail's scale is known to 1 in √clusters; the shape is taken as it is.
 */
export function thresholdError(tail: ScoreTail, lnRate: number): number {
  const clusters = Math.max(1, tail.clusters);
  if (tail.pareto === null) return (tail.sd * Math.sqrt(-2 * lnRate)) / Math.sqrt(2 * clusters);
  const { shape, scale } = tail.pareto;
  const beyond = Math.max(0, tail.lnRateAtLevel - lnRate);
  const byCount = scale * Math.exp(shape * beyond);
  const byScale = scale * (shape === 0 ? beyond : Math.expm1(shape * beyond) / shape);
  return Math.hypot(byCount, byScale) / Math.sqrt(clusters);
}
