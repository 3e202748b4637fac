import type { LabelMatcher } from '../../core/detector.ts';
import type { Labels } from '../../core/sample.ts';
import type { Alert } from '../effects.ts';
import { compileMatchers } from '../series/label-matcher.ts';

/**
 * People's word that the alerts of an entity, or of all that match, that began within some steps are a new normal: a row, so
 * that a replay repeats it.
 */
export interface Acceptance {
  readonly detector: string;
  /** `null`: all whose entity labels match. */
  readonly entity: string | null;
  readonly match: readonly LabelMatcher[];
  /** First and last onset, both inclusive. */
  readonly fromStep: number;
  readonly toStep: number;
  /** From this step on it is heeded. */
  readonly effectiveStep: number;
}

const DAY_MS = 86_400_000;
/** So long after its word and its last onset an acceptance is of no use: what it was for has been accepted, or is over. */
const KEPT_DAYS = 2;
/** More of them than that are not kept; the oldest go. */
const MOST_KEPT = 1000;

/** The list with one more, which takes the place of the same one before it; those too old to matter go. */
export function withAcceptance(
  known: readonly Acceptance[],
  added: Acceptance,
  stepMs: number,
): Acceptance[] {
  const oldest = added.effectiveStep - (KEPT_DAYS * DAY_MS) / stepMs;
  const others = known.filter(
    (one) => Math.max(one.toStep, one.effectiveStep) >= oldest && keyOf(one) !== keyOf(added),
  );
  return [...others, added].slice(-MOST_KEPT);
}

function keyOf({ entity, match, fromStep, toStep }: Acceptance): string {
  return JSON.stringify([entity, match, fromStep, toStep]);
}

/** Whether an acceptance speaks of an entity at all. */
export function isAbout({ entity, match }: Acceptance, key: string, labels: Labels): boolean {
  return entity === null ? compileMatchers(match)('', labels) : entity === key;
}

/** Whether an acceptance covers an alert at a step. */
export function covers(acceptance: Acceptance, alert: Alert, step: number): boolean {
  const { fromStep, toStep, effectiveStep } = acceptance;
  return step >= effectiveStep && alert.firstStepOver >= fromStep && alert.firstStepOver <= toStep;
}
