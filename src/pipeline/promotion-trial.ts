import type { DetectorSpec } from '../core/detector.ts';
import { newestClosedStep, type DetectorState } from './detector-state.ts';
import type { AlertTransition, ModelActivation } from './effects.ts';
import type { StepRun } from './step-run.ts';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
/** So long a promoted model is on trial. */
const TRIAL_HOURS = 24;
/** So few alerts are no proof of anything, however small the budget. */
const LEAST_ALERTS = 3;

/** The first hours of a promoted model, in which its alerts are counted (DESIGN §5.5). */
export interface PromotionTrial {
  readonly version: string;
  /** The version whose place it took, and which comes back if it fails. */
  readonly previous: string;
  readonly effectiveStep: number;
  /** Steps at which alerts fired since, those that are provisional left out. */
  readonly firedSteps: number[];
  /** Up to this step it has been judged. */
  judgedThrough: number;
}

/**
 * The trial that an activation begins: that of a promoted model with another one before it. `firedSteps`: alerts that fired since, if
 * the trial is under way.
 */
export function trialOf(
  activations: readonly ModelActivation[],
  { isLive, closed, firedSteps }: TrialSurroundings,
): PromotionTrial | null {
  const newest = activations.at(-1);
  if (newest === undefined || newest.rollback !== undefined) return null;
  const { version, effectiveStep } = newest;
  const previous = activations.at(-2)?.version;
  if (previous === undefined || previous === version || !isLive(previous)) return null;
  return {
    version,
    previous,
    effectiveStep,
    firedSteps: firedSteps.filter((step) => step >= effectiveStep),
    judgedThrough: Math.max(effectiveStep, closed),
  };
}

interface TrialSurroundings {
  readonly isLive: (version: string) => boolean;
  /** Steps up to this one are closed, and judged. */
  readonly closed: number;
  readonly firedSteps: readonly number[];
}

/** Takes note of what an entity's gate did. */
export function noteFiring(trial: PromotionTrial | null, transitions: readonly AlertTransition[]): void {
  if (trial === null) return;
  for (const { alert, from, to, step } of transitions) {
    if (from !== to && to === 'firing' && !alert.provisional && step >= trial.effectiveStep)
      trial.firedSteps.push(step);
  }
}

/**
 * Judges the model on trial at each full hour of event time that the watermark has passed, when every entity has closed it:
 * more alerts than the budget has for a whole week, and the version before comes back. So the verdict and the step from which
 * it holds depend on the data alone.
 */
export function judgeTrial(run: StepRun, detector: DetectorState): void {
  const { trial, spec } = detector;
  if (trial === null) return;
  const hour = Math.max(1, Math.round(HOUR_MS / spec.stepMs));
  const passed = Math.min(TRIAL_HOURS, hoursPassed(trial.effectiveStep, detector.closedByWatermark, hour));
  const judged = hoursPassed(trial.effectiveStep, trial.judgedThrough, hour);
  if (passed <= judged) return;
  run.settle();
  const most = Math.max(LEAST_ALERTS, weeklyBudget(spec, detector.entities.size));
  for (let hours = judged + 1; hours <= passed; hours++) {
    const boundary = trial.effectiveStep + hours * hour;
    trial.judgedThrough = boundary;
    const fired = trial.firedSteps.filter((step) => step < boundary).length;
    if (fired <= most) continue;
    rollBack(run, detector, { boundary, fired, hours });
    return;
  }
  if (passed === TRIAL_HOURS) detector.trial = null;
}

function hoursPassed(effectiveStep: number, step: number, hour: number): number {
  return Math.max(0, Math.floor((step - effectiveStep) / hour));
}

function rollBack(
  run: StepRun,
  detector: DetectorState,
  { boundary, fired, hours }: { readonly boundary: number; readonly fired: number; readonly hours: number },
): void {
  const { trial, spec } = detector;
  const live = detector.models.findLast(({ context }) => context.model.version === trial?.previous);
  detector.trial = null;
  if (trial === null || live === undefined) return;
  const { name, stepMs, absentAfterMs, allowedLatenessMs, maxFutureMs } = spec;
  // No entity is so far ahead of the watermark, so none has closed a step from there on.
  const ahead = Math.ceil((absentAfterMs + allowedLatenessMs + maxFutureMs) / stepMs);
  const effectiveStep = Math.max(boundary + ahead, newestClosedStep(detector) + 1);
  const reason = `${fired} alerts in its first ${hours} h: more than the budget of a week.`;
  detector.models = [...detector.models, { context: live.context, effectiveStep }];
  run.effects.activations.push({
    detector: name,
    version: trial.previous,
    effectiveStep,
    rollback: { from: trial.version, reason },
  });
}

function weeklyBudget({ alert }: DetectorSpec, entities: number): number {
  const { count, perMs, scope } = alert.budget;
  return (count * WEEK_MS * (scope === 'entity' ? Math.max(1, entities) : 1)) / perMs;
}
