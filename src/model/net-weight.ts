import type { MemberErrors } from './member-statistics.ts';
import { usualErrors } from './member-statistics.ts';

/** A net's weight beside .54 of the linear members and .26 of the forecast (RECIPE §1.4). */
export const NET_WEIGHT = 0.2;

/** A net beside the linear member of its window. */
export interface NetStanding {
  /** `NET_WEIGHT`, or 0: kept only for a later training to go on from. */
  readonly weight: number;
  /** Its hold-out error ÷ the linear member's, typical of features and entities; NaN where there is nothing to compare. */
  readonly errorRatio: number;
}

/** Of a net without linear members beside it. */
export const NET_ALONE: NetStanding = { weight: NET_WEIGHT, errorRatio: Number.NaN };

/**
 * Mean over features of the log of a net's hold-out error ÷ the linear member's on one entity: each feature counts alike, as in the
 * score. NaN without hold-out windows.
 */
export function logErrorRatio(net: MemberErrors, linear: MemberErrors): number {
  if (!net.holdOut.some((stretch) => stretch.length > 0)) return Number.NaN;
  const own = usualErrors({ ...net, training: [] });
  const other = usualErrors({ ...linear, training: [] });
  return own.reduce((sum, error, i) => sum + Math.log(error / other[i]!) / own.length, 0);
}

/**
 * A net has a say where it rebuilds hold-out windows better than the linear member of the same window, in the geometric mean over
 * entities. One that does not adds noise to what the linear ones say (docs/quality.md). Entities without hold-out (NaN) don't count.
 */
export function standingOf(logRatios: readonly number[]): NetStanding {
  const known = logRatios.filter((ratio) => Number.isFinite(ratio));
  const mean = known.reduce((sum, ratio) => sum + ratio, 0) / known.length;
  return { weight: mean < 0 ? NET_WEIGHT : 0, errorRatio: Math.exp(mean) };
}
