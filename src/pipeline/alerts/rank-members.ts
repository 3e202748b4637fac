import type { Alert } from '../effects.ts';

/** What is read of an alert to rank it among those of its incident. */
export interface IncidentMember extends Pick<Alert, 'detector' | 'entity' | 'peakScore' | 'contributions'> {
  /** Event time of its first step over, ms: step numbers of detectors with other grids do not compare. */
  readonly onsetMs: number;
  /** Its detector's step. */
  readonly stepMs: number;
}

/** A member with less than this share of the incident's highest score is an echo, or there by chance. */
const leadingShare = 0.5;
/** Onsets so few steps apart are the same: noise and each entity's own threshold decide which comes first. */
const stepsTogether = 2;

/** Where a member belongs in the ranking, the likeliest causes first. */
const AMONG_FIRST = 0;
const FOLLOWER = 1;
const WEAK = 2;

/**
 * The members of one incident, likeliest first cause on top: those that stray about as far as the strongest and began
 * first, by score, then by the largest part of one feature; those that followed, by onset; and last the weak ones. A weak
 * alert that happened to be open before is no cause, which is why onset alone misleads (docs/alerts.md has it measured).
 * Scores are calibrated for each entity, so that they compare where raw errors do not. What nothing tells apart is decided
 * by name: the order of `members` has no effect.
 */
export function rankMembers<Member extends IncidentMember>(members: readonly Member[]): Member[] {
  const highest = members.reduce((most, { peakScore }) => Math.max(most, peakScore), 0);
  const isWeak = ({ peakScore }: Member): boolean => peakScore < leadingShare * highest;
  const firstMs = members.reduce(
    (first, member) => (isWeak(member) ? first : Math.min(first, member.onsetMs)),
    Infinity,
  );
  const placeOf = (member: Member): number => {
    if (isWeak(member)) return WEAK;
    return member.onsetMs - firstMs <= stepsTogether * member.stepMs ? AMONG_FIRST : FOLLOWER;
  };
  return members
    .map((member) => ({ member, place: placeOf(member) }))
    .sort(
      (a, b) =>
        a.place - b.place ||
        (a.place === FOLLOWER ? a.member.onsetMs - b.member.onsetMs : 0) ||
        b.member.peakScore - a.member.peakScore ||
        largestPart(b.member) - largestPart(a.member) ||
        a.member.onsetMs - b.member.onsetMs ||
        byName(a.member, b.member),
    )
    .map(({ member }) => member);
}

const largestPart = ({ contributions }: IncidentMember): number => contributions[0]?.ratio ?? 0;

const nameOf = ({ detector, entity }: IncidentMember): string => JSON.stringify([detector, entity]);

function byName(a: IncidentMember, b: IncidentMember): number {
  const [first, second] = [nameOf(a), nameOf(b)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}

/** The alerts of one detector's incident in that order; `stepMs` is its step. */
export function rankAlerts(alerts: readonly Alert[], stepMs: number): Alert[] {
  return rankMembers(
    alerts.map((alert) => ({ ...alert, alert, stepMs, onsetMs: alert.firstStepOver * stepMs })),
  ).map(({ alert }) => alert);
}
