import type { DetectorSpec } from '../../core/detector.ts';
import type { Alert, Contribution, ScoredStep } from '../effects.ts';
import type { GateContext, GateInput, GateState, HourOver } from './gate-state.ts';
import { isLittleChanged } from './change-text.ts';
import { hasLeft } from './refractory.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** More of a day over, and the level has changed (RECIPE §1.6). */
const SHIFT_SHARE = 0.2;
/** A few hourly rows are a fifth of a day, and any incident may have them: that many rows at least, as a share of the longest window. */
const WINDOW_SHARE = 0.5;
/** Features with a smaller share of the error say nothing of where the entity is. */
const LEAST_SHARE = 0.1;
/** Nearer to what was seen than to what had been expected, a value is not back. */
const HALF_WAY = 0.5;
const QUIET_STEPS = 5;
/** So long a reminder may wait, in `repeat_interval`s. */
const WAIT_SHARE = 0.5;

type Watched = Pick<DetectorSpec, 'stepMs' | 'windows'>;

/** How far back levels are judged by, ms: a day, or so many of long steps that a fifth of them is half the longest window. */
function levelSpanMs({ stepMs, windows }: Watched): number {
  return Math.max(DAY_MS, (WINDOW_SHARE / SHIFT_SHARE) * Math.max(...windows) * stepMs);
}

/** The steps of the last day (of long steps, more) with a score of 1 or more, by the hour, with this one. */
export function withHour(
  before: readonly HourOver[] | undefined,
  { score, step }: ScoredStep,
  spec: Watched,
): readonly HourOver[] {
  const hour = Math.floor((step * spec.stepMs) / HOUR_MS);
  const kept = (before ?? []).filter((one) => one.hour > hour - levelSpanMs(spec) / HOUR_MS);
  if (score < 1) return kept;
  const newest = kept.at(-1);
  if (newest?.hour !== hour) return [...kept, { hour, over: 1 }];
  return [...kept.slice(0, -1), { hour, over: newest.over + 1 }];
}

/** Whether so much of that time was over that the level must have changed. */
export function isShift(hours: readonly HourOver[], spec: Watched): boolean {
  return msToShift(hours, spec) < 0;
}

/** How much longer a level has to stay over until it is a shift, ms. */
function msToShift(hours: readonly HourOver[], spec: Watched): number {
  const over = hours.reduce((sum, one) => sum + one.over, 0);
  return SHIFT_SHARE * levelSpanMs(spec) - over * spec.stepMs;
}

/**
 * Whether a reminder waits for greater news: that the level stays may be known within half a `repeat_interval`, and people have
 * not waited for as long already.
 */
export function waitsForShift(
  { open, hours, told, shift }: GateState,
  { spec }: GateContext,
  step: number,
): boolean {
  if (open === null || open.kind === 'shift' || (shift !== null && shift !== undefined)) return false;
  const { repeatIntervalMs } = spec.alert;
  const toldStep = told?.step ?? open.firedStep ?? open.firstStepOver;
  return (
    msToShift(hours ?? [], spec) <= WAIT_SHARE * repeatIntervalMs &&
    (step - toldStep) * spec.stepMs < (1 + WAIT_SHARE) * repeatIntervalMs
  );
}

/**
 * Whether the alert's features are still nearer to what was seen at its worst than to what had been expected: a forecast has
 * long followed a level that stays, and no longer finds the row unusual.
 */
function isStillOff({ contributions }: Alert, input: GateInput): boolean {
  return contributions.some((one) => one.ratio >= LEAST_SHARE && isOff(one, input));
}

function isOff(contribution: Contribution, input: GateInput): boolean {
  if (isLittleChanged(contribution)) return false;
  const { feature, seen, expected } = contribution;
  const value = input.recent(feature).at(-1) ?? Number.NaN;
  return (value - expected) / (seen - expected) > HALF_WAY;
}

/** Whether a firing alert's step is quiet, and how many of them in a row end it. */
export function quietnessOf(
  { spec }: GateContext,
  { bar }: GateState,
  now: { readonly firing: Alert; readonly scored: ScoredStep; readonly input: GateInput },
): { readonly quiet: boolean; readonly stepsToResolve: number } {
  const { firing, scored, input } = now;
  if (firing.kind !== 'shift') {
    const quiet = hasLeft(scored) || (!scored.rowUnusual && !isStillOff(firing, input));
    return { quiet, stepsToResolve: QUIET_STEPS };
  }
  // The threshold learns the new level within days; whether the old one is back, the one of the onset knows.
  return { quiet: isUnderBar(bar, scored), stepsToResolve: Math.max(...spec.windows) };
}

/** A shift whose level is still there at a step; any other alert as it is. */
export function stayed(alert: Alert, step: number): Alert {
  return alert.kind === 'shift' ? { ...alert, stayedStep: step } : alert;
}

/** Whether a step is below what was over when the alert fired; under another model, by its score. */
export function isUnderBar(bar: GateState['bar'], scored: ScoredStep): boolean {
  const isKnown = bar !== null && bar !== undefined && bar.modelVersion === scored.modelVersion;
  return isKnown ? scored.raw < bar.raw : hasLeft(scored);
}
