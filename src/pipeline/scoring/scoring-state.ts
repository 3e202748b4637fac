import type { DetectorSpec } from '../../core/detector.ts';
import type { EntityProfile, ScoringModel } from '../../model/scoring-model.ts';
import type { CalibrationRow, KeptStep } from '../checkpoint.ts';
import { leaveScore } from '../alerts/refractory.ts';
import type { BudgetTerms } from './budget-rate.ts';
import type { CalibrationExclusion } from './calibration-exclusion.ts';
import type { CalibrationSetting } from './entity-calibration.ts';
import { EntityCalibration } from './entity-calibration.ts';
import { EntityGuards } from './guards/entity-guards.ts';
import { newGuardMemory, readGuardBytes } from './guards/guard-memory.ts';
import { cohortProfiles } from './guards/initial-guards.ts';
import type { InitialCalibrations } from './initial-calibrations.ts';
import { cohortStandIn } from './initial-calibrations.ts';
import { NearAlerts, type NearStep } from './near-alerts.ts';
import { NumberReader, packNumbers } from './number-bytes.ts';
import { packScoring, unpackScoring } from './scoring-bytes.ts';

const FORMAT = 4;
/** Would-be alerts without their times. */
const FORMAT_WITHOUT_TIMES = 3;

/** One active model version of a detector and what goes with it. */
export interface ScoringContext {
  readonly spec: DetectorSpec;
  readonly model: ScoringModel;
  /** Parsed from the model file. */
  readonly calibrations: InitialCalibrations;
  /** The first refit of thresholds after a time, from `calibration.schedule`: event time, ms. */
  nextRefitMs(afterMs: number): number;
  /** What a step's score is held against. */
  budgetAt(step: number): BudgetTerms;
  /** What a refit of an entity's threshold at a step leaves out. */
  excluded(entity: string, atStep: number): readonly CalibrationExclusion[];
}

/** One entity's scoring under one model version. */
export interface ScoringState {
  readonly detector: string;
  readonly entity: string;
  readonly cohort: string;
  readonly modelVersion: string;
  readonly profile: EntityProfile;
  readonly calibration: EntityCalibration;
  /** Goes on from one model version to the next: the budget does not begin anew with it. */
  readonly nearAlerts: NearAlerts;
  readonly guards: EntityGuards;
}

/** The score of one step, to be learned from. */
export interface LearnedStep {
  readonly step: number;
  readonly raw: number;
  readonly alertable: boolean;
}

/**
 * Adds a scored step to what the threshold is learned from; its calibration has come as far as the step. Answers what
 * the entity's near alerts are to be told of it, `null` if no alert would be delivered yet.
 */
export function learnStep(
  context: ScoringContext,
  calibration: EntityCalibration,
  { step, raw, alertable }: LearnedStep,
): NearStep | null {
  if (step <= calibration.upToStep) return null;
  const { lnRate } = context.budgetAt(step);
  const threshold = calibration.threshold(lnRate);
  const leaveGap = threshold - calibration.threshold(leaveScore * lnRate);
  const near = { step, margin: raw - threshold, leaveGap, alertable, untilMs: calibration.nextRefitMs };
  const delivers = !calibration.provisional;
  calibration.add(step, raw);
  return delivers ? near : null;
}

/** Starts from the model's own calibration and guards of the entity, or its cohort's if the model never saw it. */
export function newScoringState(
  context: ScoringContext,
  entity: string,
  cohort: string,
  nearAlerts = new NearAlerts(context.spec.alert.confirm),
): ScoringState {
  const bytes = context.calibrations.entities.get(entity);
  const setting = settingOf(context, entity, cohort);
  const calibration =
    bytes === undefined ? new EntityCalibration(setting) : EntityCalibration.fromBytes(bytes, setting);
  const guardsBytes = context.calibrations.guards.entities.get(entity) ?? new Uint8Array(0);
  return stateOf(context, { entity, cohort, calibration, nearAlerts, guardsBytes });
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
      : readRow(context, { entity, cohort, bytes: row.bytes });
  if (row !== null) state.calibration.rowWritten();
  for (const { step, raw, alertable, values } of kept) {
    if (Number.isNaN(raw)) continue;
    if (values.length === context.spec.features.length) state.guards.read(step, values);
    if (step <= state.calibration.upToStep) continue;
    state.calibration.advance(step);
    const near = learnStep(context, state.calibration, { step, raw, alertable });
    if (near !== null) state.nearAlerts.add(near);
  }
  return state;
}

function readRow(
  context: ScoringContext,
  { entity, cohort, bytes }: { readonly entity: string; readonly cohort: string; readonly bytes: Uint8Array },
): ScoringState {
  const parts = unpackScoring(bytes);
  const reader = new NumberReader(parts.calibration);
  const format = reader.next();
  if (format !== FORMAT && format !== FORMAT_WITHOUT_TIMES) {
    throw new Error(
      `The calibration of ${context.spec.name} / ${entity} has format ${format}, this version reads ${FORMAT}: ` +
        'run the version that wrote the store, or start with an empty one.',
    );
  }
  const { confirm } = context.spec.alert;
  const nearAlerts =
    format === FORMAT ? NearAlerts.fromNumbers(reader, confirm) : NearAlerts.fromOldNumbers(reader, confirm);
  const calibration = EntityCalibration.read(reader, settingOf(context, entity, cohort));
  return stateOf(context, { entity, cohort, calibration, nearAlerts, guardsBytes: parts.guards });
}

/** Whether `calibrationRow` should be written in this checkpoint: at the first score, after a refit, every 4 hours. */
export function calibrationRowDue(state: ScoringState): boolean {
  return state.calibration.rowDue;
}

/** The row to write. Kept steps after its `upToStep` must stay in the store until the next one. */
export function calibrationRow(state: ScoringState): CalibrationRow {
  const { calibration, nearAlerts, guards, detector, entity, modelVersion } = state;
  calibration.rowWritten();
  const numbers = Buffer.concat([packNumbers([FORMAT, ...nearAlerts.toNumbers()]), calibration.toBytes()]);
  const bytes = packScoring({ calibration: numbers, guards: guards.toBytes() });
  return { detector, entity, modelVersion, upToStep: calibration.upToStep, bytes };
}

function settingOf(context: ScoringContext, entity: string, cohort: string): CalibrationSetting {
  return {
    stepMs: context.spec.stepMs,
    ...cohortStandIn(context.calibrations, cohort),
    timezone: context.spec.training.timezone,
    nextRefitMs: (afterMs) => context.nextRefitMs(afterMs),
    excluded: (atStep) => context.excluded(entity, atStep),
  };
}

function stateOf(
  context: ScoringContext,
  of: {
    readonly entity: string;
    readonly cohort: string;
    readonly calibration: EntityCalibration;
    readonly nearAlerts: NearAlerts;
    readonly guardsBytes: Uint8Array;
  },
): ScoringState {
  const { entity, cohort, calibration, nearAlerts, guardsBytes } = of;
  const { spec, model, calibrations } = context;
  const features = spec.features.length;
  const profile = model.profile(entity, cohort);
  const memory =
    readGuardBytes(guardsBytes, features) ??
    newGuardMemory(features, cohortProfiles(calibrations.guards, cohort, features));
  return {
    detector: spec.name,
    entity,
    cohort,
    modelVersion: model.version,
    profile,
    calibration,
    nearAlerts,
    guards: new EntityGuards({ profile, stepMs: spec.stepMs, timezone: spec.training.timezone }, memory),
  };
}
