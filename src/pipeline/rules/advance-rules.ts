import { newestStepEndedBy } from '../../core/step-grid.ts';
import { unscoredStepsToResolve } from '../alerts/unscored-steps.ts';
import { newestKnown, newestRecord, type DetectorState } from '../detector-state.ts';
import type { Alert } from '../effects.ts';
import type { Entity } from '../entity.ts';
import { gateContext, recentValues } from '../entity-gate.ts';
import { withExclusion, type CalibrationExclusion } from '../scoring/calibration-exclusion.ts';
import type { SeriesVector } from '../series/entity-series.ts';
import type { StepRun } from '../step-run.ts';
import { endAbsence, forgetAbsence } from './absence.ts';
import { advanceFlatline, silenceFlatline } from './flatline.ts';
import { asBefore, endFault, type FaultOutcome, type OpenFault } from './open-fault.ts';
import { entitiesKnown, publishFault, type ClosedFaults } from './publish-fault.ts';
import { keptSteps } from './stands-still.ts';
import type { StillReading } from './still-memory.ts';

const DAY_MS = 86_400_000;

/** A step that is told with its effects, as those of its score are: later, but in the order of closing. */
export interface RulesInput {
  readonly closed: SeriesVector;
  readonly maxAlertAgeMs: number;
}

/**
 * Takes a closed step through the rules beside the score, and answers what they have to tell, `null`: nothing. Called when the step closes and not
 * when it is scored, so that what it takes out of calibration holds for the entity's very next step however the stream is cut.
 */
export function advanceRules(
  detector: DetectorState,
  entity: Entity,
  { closed, maxAlertAgeMs }: RulesInput,
): ClosedFaults | null {
  if (!closed.fresh) return null;
  const { rules } = entity;
  const { step, values, heard } = closed;
  const context = gateContext(detector, entity, { maxAlertAgeMs });
  const outcomes: FaultOutcome[] = [];
  if (rules.lastStep !== null && step - rules.lastStep > unscoredStepsToResolve) {
    outcomes.push(silenced(detector, entity, maxAlertAgeMs));
  }
  if (rules.absence !== null) {
    outcomes.push(endAbsence(context, rules.absence, step));
    rules.absence = null;
  }
  rules.seenFromStep ??= rules.lastStep ?? step;
  rules.lastStep = step;
  rules.silentFromStep = null;
  const { stepMs } = detector.spec;
  rules.still.advance(step, values, heard, keptSteps(stepMs));
  const before = rules.flatline;
  const advanced = advanceFlatline(context, {
    rules,
    step,
    newestKnownMs: newestKnown(detector),
    cohort: (feature) => readingsBeside(detector, entity, feature),
    recent: (feature) => recentOf(detector, entity, feature),
  });
  const outcome = withExclusions(detector, advanced, { before, step });
  rules.flatline = outcome.open;
  outcomes.push(outcome);
  const news = outcomes.filter(isNews);
  return news.length === 0 ? null : { outcomes: news, entities: entitiesKnown(detector) };
}

/** Ends a flatline whose entity has been silent for too long, as of when that was; {@link advanceRules} would at its next step. */
export function silenced(detector: DetectorState, entity: Entity, maxAlertAgeMs: number): FaultOutcome {
  const { rules } = entity;
  const { flatline: before, lastStep: step } = rules;
  const ended = silenceFlatline(gateContext(detector, entity, { maxAlertAgeMs }), rules);
  const outcome = step === null ? ended : withExclusions(detector, ended, { before, step });
  rules.flatline = outcome.open;
  return outcome;
}

/** Ends what the rules have open of an entity that is forgotten, as of the step in which its time ran out. */
export function forgetRules(run: StepRun, detector: DetectorState, entity: Entity): void {
  const { spec } = detector;
  const { absence, flatline, lastStep } = entity.rules;
  const context = gateContext(detector, entity, run);
  const step = newestStepEndedBy(entity.series.clockMs + spec.forgetAfterMs, spec.stepMs);
  const ends = [
    absence === null ? asBefore(null) : forgetAbsence(context, absence, step),
    flatline === null
      ? asBefore(null)
      : endFault(context, flatline, { step: Math.max(step, lastStep ?? step), resolution: 'no_data' }),
  ];
  publishAll(run, detector, { entity, ends });
}

/** Ends what the rules have open of an entity that another store watches from now on. */
export function leaveRules(run: StepRun, detector: DetectorState, entity: Entity): void {
  const { absence, flatline, lastStep } = entity.rules;
  if (lastStep === null) return;
  const context = gateContext(detector, entity, run);
  const ends = [absence, flatline].flatMap((open) =>
    open === null
      ? []
      : [
          endFault(context, open, {
            step: Math.max(lastStep, open.alert.lastStepOver),
            resolution: 'no_data',
          }),
        ],
  );
  publishAll(run, detector, { entity, ends });
}

function publishAll(
  run: StepRun,
  detector: DetectorState,
  { entity, ends }: { readonly entity: Entity; readonly ends: readonly FaultOutcome[] },
): void {
  for (const end of ends) {
    const clockMs = newestRecord(detector);
    publishFault(end, { detector, entity, clockMs, entities: entitiesKnown(detector) }, run.effects);
  }
}

function isNews({ transitions, notifications, exclusions = [] }: FaultOutcome): boolean {
  return transitions.length + notifications.length + exclusions.length > 0;
}

function recentOf(detector: DetectorState, entity: Entity, feature: string): Alert['recent'] {
  const values = recentValues(detector, entity.history.copy(), feature);
  return values.map((value) => (Number.isFinite(value) ? value : null));
}

function* readingsBeside(
  { entities }: DetectorState,
  entity: Entity,
  feature: number,
): Generator<StillReading> {
  for (const other of entities.values()) {
    if (other !== entity && other.cohort === entity.cohort) yield other.rules.still.reading(feature);
  }
}

/**
 * A flatline is no usual time: no threshold is to be learned from it, from the next refit on and then day by day. What the windows hold
 * of it afterwards stays: where all traffic ends a feature stands still too, and the tail of such an incident is what thresholds need.
 * The detector heeds it at once, from the step after this one on.
 */
function withExclusions(
  detector: DetectorState,
  outcome: FaultOutcome,
  { before, step }: { readonly before: OpenFault | null; readonly step: number },
): FaultOutcome {
  const { spec } = detector;
  const open = outcome.open ?? before;
  if (open === null) return outcome;
  const { alert, excludedThrough } = open;
  const through = excludedThrough ?? alert.firstStepOver - 1;
  const isOver = outcome.open === null;
  const isDue = isOver
    ? excludedThrough !== null && alert.lastStepOver > through
    : alert.state === 'firing' && (excludedThrough === null || (step - through) * spec.stepMs >= DAY_MS);
  if (!isDue) return outcome;
  const exclusion: CalibrationExclusion = {
    detector: spec.name,
    entity: alert.entity,
    fromStep: through + 1,
    toStep: isOver ? alert.lastStepOver : step,
    effectiveStep: step + 1,
    alerts: 0,
  };
  detector.exclusions = withExclusion(detector.exclusions, exclusion, spec.stepMs);
  return {
    ...outcome,
    open: outcome.open === null ? null : { ...outcome.open, excludedThrough: step },
    exclusions: [exclusion],
  };
}
