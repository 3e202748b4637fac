import type { Alert, ScoredStep } from '../effects.ts';
import { LONGEST_FILLED_GAP } from '../series/entity-series.ts';
import type { GateContext, IncidentWake, OverStep } from './gate-state.ts';

/** Below it a step is quiet; between it and 1 an alert neither starts nor ends. */
const leaveScore = 0.8;
/** In an incident's wake only what adds so much to the log score is news: a fifth more error than its windows remember. */
const wakeMargin = 0.2;

/** Whether a step's score is so low that whatever was strange is over. */
export const hasLeft = ({ score }: ScoredStep): boolean => score < leaveScore;

/**
 * The wake that an alert leaves when it recovers at `scored`: `null` if the score has left already, or if no feature is
 * known that a later step could be told the same by.
 */
export function wakeOf({ spec }: GateContext, alert: Alert, scored: ScoredStep): IncidentWake | null {
  const culprit = alert.contributions[0];
  if (hasLeft(scored) || culprit === undefined) return null;
  return {
    raw: scored.raw,
    // By then even the longest window has nothing left of the incident.
    untilStep: scored.step + Math.max(...spec.windows),
    modelVersion: scored.modelVersion,
    feature: culprit.feature,
    lastScoredStep: scored.step,
  };
}

/**
 * The wake as it is at `step`, `null` once it has ended: the score has left, the longest window has passed, a gap too
 * long to be filled made the windows begin anew, or another model gives the score, with which no raw score compares.
 * Steps left out count as without a score, so that it makes no difference whether this is asked for each of them.
 */
export function wakeAt(
  wake: IncidentWake | null | undefined,
  step: number,
  scored: ScoredStep | null,
): IncidentWake | null {
  if (wake === null || wake === undefined || step > wake.untilStep) return null;
  if (step - wake.lastScoredStep - 1 > LONGEST_FILLED_GAP) return null;
  if (scored === null) return wake;
  if (hasLeft(scored) || scored.modelVersion !== wake.modelVersion) return null;
  return { ...wake, lastScoredStep: step };
}

/** Whether a step over is no more than what the windows remember of the last alert's incident: same feature, no stranger. */
export const isWake = (wake: IncidentWake | null, over: OverStep): boolean =>
  wake !== null && over.raw <= wake.raw + wakeMargin && over.contributions[0]?.feature === wake.feature;
