import type { Alert } from '../effects.ts';

/** What is read of an alert to rank it among those of its incident. */
export interface IncidentMember extends Pick<Alert, 'detector' | 'entity' | 'peakScore' | 'contributions'> {
  /** Event time of its first step over, ms: step numbers of detectors with other grids do not compare. */
  readonly onsetMs: number;
}

/** A member with less than this share of the incident's highest score is an echo, or there by chance. */
const leadingShare = 0.5;

/**
 * The members of one incident, likeliest first cause on top: those that stray about as far as the strongest by their
 * onset, then by score, then by the largest part of one feature; after them the weak ones in the same order. A weak
 * alert that happened to be open before is no cause. Scores are calibrated for each entity, so that they compare where
 * raw errors do not. What no longer tells two apart is decided by name: the order of `members` has no effect.
 */
export function rankMembers<Member extends IncidentMember>(members: readonly Member[]): Member[] {
  const highest = members.reduce((most, { peakScore }) => Math.max(most, peakScore), 0);
  const isWeak = ({ peakScore }: Member): boolean => peakScore < leadingShare * highest;
  return [...members].sort(
    (a, b) =>
      Number(isWeak(a)) - Number(isWeak(b)) ||
      a.onsetMs - b.onsetMs ||
      b.peakScore - a.peakScore ||
      largestPart(b) - largestPart(a) ||
      byName(a, b),
  );
}

const largestPart = ({ contributions }: IncidentMember): number => contributions[0]?.ratio ?? 0;

const nameOf = ({ detector, entity }: IncidentMember): string => JSON.stringify([detector, entity]);

function byName(a: IncidentMember, b: IncidentMember): number {
  const [first, second] = [nameOf(a), nameOf(b)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}
