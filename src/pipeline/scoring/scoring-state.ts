import type { DetectorSpec } from '../../core/detector.ts';
import type { EntityProfile, ScoringModel } from '../../model/scoring-model.ts';
import type { CalibrationRow, KeptStep } from '../checkpoint.ts';
import type { CalibrationSetting } from './entity-calibration.ts';
import { EntityCalibration } from './entity-calibration.ts';
import type { InitialCalibrations } from './initial-calibrations.ts';
import { cohortTail } from './initial-calibrations.ts';

/** One active model version of a detector and what goes with it. */
export interface ScoringContext {
  readonly spec: DetectorSpec;
  readonly model: ScoringModel;
  /** Parsed from the model file. */
  readonly calibrations: InitialCalibrations;
  /** The first refit of thresholds after a time, from `calibration.schedule`: event time, ms. */
  nextRefitMs(afterMs: number): number;
}

/** One entity's scoring under one model version. */
export interface ScoringState {
  readonly detector: string;
  readonly entity: string;
  readonly cohort: string;
  readonly modelVersion: string;
  readonly profile: EntityProfile;
  readonly calibration: EntityCalibration;
}

/** Starts from the model's own calibration of the entity, or its cohort's if the model never saw it. */
export function newScoringState(context: ScoringContext, entity: string, cohort: string): ScoringState {
  const bytes = context.calibrations.entities.get(entity);
  const setting = settingOf(context, cohort);
  const calibration =
    bytes === undefined ? new EntityCalibration(setting) : EntityCalibration.fromBytes(bytes, setting);
  return stateOf(context, entity, cohort, calibration);
}

/**
 * The state as it was: the row and the kept scores after it. A row of another version starts anew, since its scores
 * are not this model's; no row at all means that every kept score is.
 */
export function restoreScoringState(
  context: ScoringContext,
  entity: string,
  cohort: string,
  row: CalibrationRow | null,
  kept: readonly KeptStep[],
): ScoringState {
  if (row !== null && row.modelVersion !== context.model.version)
    return newScoringState(context, entity, cohort);
  const state =
    row === null
      ? newScoringState(context, entity, cohort)
      : stateOf(context, entity, cohort, EntityCalibration.fromBytes(row.bytes, settingOf(context, cohort)));
  if (row !== null) state.calibration.rowWritten();
  for (const { step, raw } of kept) {
    if (Number.isNaN(raw) || step <= state.calibration.upToStep) continue;
    state.calibration.advance(step);
    state.calibration.add(step, raw);
  }
  return state;
}

/** Whether `calibrationRow` should be written in this checkpoint: at the first score, after a refit, every 4 hours. */
export function calibrationRowDue(state: ScoringState): boolean {
  return state.calibration.rowDue;
}

/** The row to write. Kept steps after its `upToStep` must stay in the store until the next one. */
export function calibrationRow(state: ScoringState): CalibrationRow {
  const { calibration, detector, entity, modelVersion } = state;
  calibration.rowWritten();
  return { detector, entity, modelVersion, upToStep: calibration.upToStep, bytes: calibration.toBytes() };
}

function settingOf(context: ScoringContext, cohort: string): CalibrationSetting {
  return {
    stepMs: context.spec.stepMs,
    cohort: cohortTail(context.calibrations, cohort),
    nextRefitMs: (afterMs) => context.nextRefitMs(afterMs),
  };
}

function stateOf(
  context: ScoringContext,
  entity: string,
  cohort: string,
  calibration: EntityCalibration,
): ScoringState {
  return {
    detector: context.spec.name,
    entity,
    cohort,
    modelVersion: context.model.version,
    profile: context.model.profile(entity, cohort),
    calibration,
  };
}
