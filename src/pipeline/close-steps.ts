import { newestStepEndedBy } from '../core/step-grid.ts';
import { hasOpen } from './alerts/advance-gate.ts';
import {
  detectorWatermark,
  modelAt,
  newestKnown,
  newestRecord,
  type DetectorState,
} from './detector-state.ts';
import type { ClosedVector } from './effects.ts';
import { advanceSilentGate, closeForgottenGate, isSilent } from './entity-gate.ts';
import type { Entity } from './entity.ts';
import { refitDetectorBudget } from './refit-detector-budget.ts';
import { judgeTrial } from './promotion-trial.ts';
import { advanceRules, forgetRules } from './rules/advance-rules.ts';
import { sweepFaults } from './rules/sweep-faults.ts';
import type { QueuedStep } from './score-queue.ts';
import { newScoringState, type ScoringContext } from './scoring/scoring-state.ts';
import { forgetLearnedLevels, mayChangeLevel, viewsOf } from './entity-levels.ts';
import type { SeriesVector } from './series/entity-series.ts';
import type { SourceState } from './source-state.ts';
import type { StepRun } from './step-run.ts';

const NO_ROWS = new Float64Array(0);

/** Closes an entity's steps up to and with `through`, and hands them to scoring. */
export function closeEntity(run: StepRun, detector: DetectorState, entity: Entity, through: number): void {
  for (const closed of entity.series.closeThrough(through)) {
    // Its next step may have to be scored otherwise for what the last one brings.
    if (mayChangeLevel(detector, entity) && run.queue.holds(entity)) run.settle();
    const queued = rememberStep(detector, entity, closed);
    const faults = advanceRules(detector, entity, { closed, maxAlertAgeMs: run.maxAlertAgeMs });
    run.queue.push(faults === null ? queued : { ...queued, faults }, run.effects, run.maxAlertAgeMs);
  }
}

/** Adds a closed step to its entity's rows, and gives what scoring needs of it. */
export function rememberStep(detector: DetectorState, entity: Entity, closed: SeriesVector): QueuedStep {
  if (closed.afterBreak) entity.history.clear();
  entity.history.push(closed.values);
  return queuedStep(detector, { entity, closed });
}

/** Closes what the watermark of a source has passed, in every detector that watches it, and forgets who stayed away. */
export function closeByWatermark(run: StepRun, source: SourceState): void {
  for (const detector of source.detectors) {
    const watermarkMs = detectorWatermark(detector);
    const { absentAfterMs, stepMs } = detector.spec;
    const through = newestStepEndedBy(watermarkMs - absentAfterMs, stepMs);
    if (through <= detector.closedByWatermark) continue;
    const before = detector.closedByWatermark;
    detector.closedByWatermark = through;
    sweep(run, detector, { watermarkMs, before });
    judgeTrial(run, detector);
  }
}

function sweep(
  run: StepRun,
  detector: DetectorState,
  { watermarkMs, before }: { readonly watermarkMs: number; readonly before: number },
): void {
  const through = detector.closedByWatermark;
  const silent: Entity[] = [];
  const expired: Entity[] = [];
  for (const entity of detector.entities.values()) {
    if (through > entity.series.closedThrough) closeEntity(run, detector, entity, through);
  }
  refitDetectorBudget(run, detector);
  for (const entity of detector.entities.values()) {
    if (entity.series.clockMs + detector.spec.forgetAfterMs <= watermarkMs) expired.push(entity);
    // What waits to be scored may yet open an alert.
    else if (isSilent(detector, entity) && (hasOpen(entity.gate) || run.queue.holds(entity)))
      silent.push(entity);
  }
  if (silent.length > 0 || expired.length > 0) run.settle();
  for (const entity of silent) advanceSilentGate(detector, entity, run);
  sweepFaults(run, detector, { before, through, newestKnownMs: newestKnown(detector) });
  for (const entity of expired) {
    closeForgottenGate(detector, entity, run);
    forgetRules(run, detector, entity);
    forgetEntity(run, detector, entity);
  }
}

/** Drops an entity and all that is known of it; the next checkpoint drops its rows. */
export function forgetEntity(run: StepRun, detector: DetectorState, entity: Entity): void {
  entity.series.forget();
  detector.entities.delete(entity.key);
  const name = { detector: detector.spec.name, entity: entity.key };
  run.state.forgotten.set(`${name.detector}\u0000${name.entity}`, name);
}

function queuedStep(
  detector: DetectorState,
  { entity, closed }: { readonly entity: Entity; readonly closed: SeriesVector },
): QueuedStep {
  const { step, values, filled, fresh } = closed;
  const vector: ClosedVector = { detector: detector.spec.name, entity: entity.key, step, values, filled };
  const context = modelAt(detector, step);
  const rows = context === null ? NO_ROWS : entity.history.copy();
  const request = context === null || !fresh ? null : requestFor(context, entity, { step, rows });
  const [newestKnownMs, clockMs] = [newestKnown(detector), newestRecord(detector)];
  return { detector, entity, vector, rows, request, newestKnownMs, clockMs };
}

function requestFor(
  context: ScoringContext,
  entity: Entity,
  { step, rows }: { readonly step: number; readonly rows: Float64Array },
): QueuedStep['request'] {
  const { key, cohort, history } = entity;
  if (history.count < context.model.rowsLeast) return null;
  const before = entity.scoring;
  const isSame = before?.modelVersion === context.model.version;
  const state = isSame ? before : newScoringState(context, key, cohort, before?.nearAlerts);
  entity.scoring = state;
  if (!isSame) forgetLearnedLevels(context, entity, state);
  const item = { state, entity: key, cohort, step, rows, count: history.count };
  return { context, item: { ...item, ...viewsOf(context, entity, { step, rows }) } };
}
