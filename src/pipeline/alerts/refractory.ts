import type { Alert, ScoredStep } from '../effects.ts';
import { LONGEST_FILLED_GAP } from '../series/entity-series.ts';
import type { GateContext, GateState, IncidentWake, OverStep, Refractory } from './gate-state.ts';

/** Below it a step is quiet; between it and 1 an alert neither starts nor ends. */
export const leaveScore = 0.8;
/** In an incident's wake only what adds so much to the log score is news: a fifth more error than its windows remember. */
const wakeMargin = 0.2;

/** Whether a step's score is so low that whatever was strange is over. */
export const hasLeft = ({ score }: ScoredStep): boolean => score < leaveScore;

/**
 * What is no news after an alert that recovers at `scored`, for `refractory` or for as long as its windows hold the incident:
 * `null` if no feature is known that a later step could be told the same by.
 */
export function refractoryOf(
  { spec }: GateContext,
  { peakRaw }: Pick<GateState, 'peakRaw'>,
  { alert, scored }: { readonly alert: Alert; readonly scored: ScoredStep },
): Refractory | null {
  const culprit = alert.contributions[0];
  if (culprit === undefined) return null;
  const { step, raw, modelVersion } = scored;
  const untilStep = step + Math.floor(spec.alert.refractoryMs / spec.stepMs);
  // By then even the longest window has nothing left of the incident.
  const wake = hasLeft(scored)
    ? null
    : { raw, untilStep: step + Math.max(...spec.windows), lastScoredStep: step };
  if (wake === null && untilStep === step) return null;
  return { feature: culprit.feature, modelVersion, peakRaw, untilStep, wake };
}

/**
 * It as it is at `step`, `null` once it has ended: its time has passed, or another model gives the score, with which no raw score
 * compares. Steps left out count as without a score, so that it makes no difference whether this is asked for each of them.
 */
export function refractoryAt(
  refractory: Refractory | null | undefined,
  step: number,
  scored: ScoredStep | null,
): Refractory | null {
  if (refractory === null || refractory === undefined) return null;
  if (scored !== null && scored.modelVersion !== refractory.modelVersion) return null;
  const wake = wakeAt(refractory.wake, step, scored);
  return wake === null && step > refractory.untilStep ? null : { ...refractory, wake };
}

/** A wake ends when the score has left, the longest window has passed, or a gap too long to be filled made the windows begin anew. */
function wakeAt(wake: IncidentWake | null, step: number, scored: ScoredStep | null): IncidentWake | null {
  if (wake === null || step > wake.untilStep) return null;
  if (step - wake.lastScoredStep - 1 > LONGEST_FILLED_GAP) return null;
  if (scored === null) return wake;
  if (hasLeft(scored)) return null;
  return { ...wake, lastScoredStep: step, lowest: Math.min(wake.lowest ?? wake.raw, scored.raw) };
}

/**
 * Whether a step over is no more than the last alert has told, or its windows remember. With the same feature in front the alert's end
 * measures it; with another, which one huge value may bring to the front of its own wake, what the windows have come down to since.
 */
export function isOldNews(refractory: Refractory | null, over: OverStep): boolean {
  if (refractory === null) return false;
  const { feature, wake, untilStep, peakRaw } = refractory;
  if (over.contributions[0]?.feature !== feature) {
    return wake !== null && over.raw <= (wake.lowest ?? wake.raw) + wakeMargin;
  }
  if (over.step <= untilStep && over.raw <= peakRaw) return true;
  return wake !== null && over.raw <= wake.raw + wakeMargin;
}
