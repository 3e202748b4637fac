import type { DetectorSpec } from '../core/detector.ts';
import { formatDuration } from '../core/duration.ts';
import type { ScoringModel } from '../model/scoring-model.ts';
import { EntityCalibration } from '../pipeline/scoring/entity-calibration.ts';
import type { InitialCalibrations } from '../pipeline/scoring/initial-calibrations.ts';
import { cohortStandIn } from '../pipeline/scoring/initial-calibrations.ts';
import type { TrainingCard } from '../training/training-card.ts';

/** The grid that a model file was trained on; `stepMs` `null` where an older file does not tell. */
export interface TrainedGrid {
  readonly stepMs: number | null;
  readonly windows: readonly number[];
}

/** What a model file holds beside its model. */
export interface FileParts {
  readonly calibrations: InitialCalibrations;
  /** As far as it is whole. */
  readonly card: Partial<Pick<TrainingCard, 'windows' | 'data'>>;
}

/** An older file's step is reckoned from step numbers since 1970, which a wrong one misses by far more. */
const SAME = 0.01;

/**
 * Of which step and windows a model is. Files from before they were kept say the windows on their card; the time on it at which the
 * rows end and the number of the last step scored give the step.
 */
export function trainedGrid({ grid }: ScoringModel, { calibrations, card }: FileParts): TrainedGrid {
  return grid ?? { stepMs: reckonedStep(calibrations, card), windows: card.windows ?? [] };
}

function reckonedStep(calibrations: InitialCalibrations, { data }: FileParts['card']): number | null {
  const never = { nextRefitMs: () => Infinity, excluded: () => [] };
  const setting = { stepMs: 1, timezone: 'UTC', ...cohortStandIn(calibrations, ''), ...never };
  let newest = -1;
  for (const bytes of calibrations.entities.values()) {
    newest = Math.max(newest, EntityCalibration.fromBytes(bytes, setting).upToStep);
  }
  return newest < 0 || data === undefined ? null : data.toMs / (newest + 1);
}

/**
 * Why a detector can't score with a model of these features and this grid, as a clause with the way out; `null` if it can. A step that
 * nobody knows is no reason.
 */
export function gridMismatch(
  features: readonly string[],
  { stepMs, windows }: TrainedGrid,
  spec: Pick<DetectorSpec, 'features' | 'stepMs' | 'windows'>,
): string | null {
  const wanted = spec.features.map(({ name }) => name);
  if (!isEqual(features, wanted)) return mismatch(features.join(', '), wanted.join(', '));
  if (stepMs !== null && Math.abs(stepMs / spec.stepMs - 1) > SAME) {
    return mismatch(`steps of ${formatDuration(rounded(stepMs))}`, formatDuration(spec.stepMs));
  }
  if (
    isEqual(
      windows,
      spec.windows.toSorted((a, b) => a - b),
    )
  )
    return null;
  return mismatch(`windows of ${windows.join(', ')} steps`, spec.windows.join(', '));
}

function mismatch(trained: string, wanted: string): string {
  return `it was trained on ${trained} and the detector has ${wanted}`;
}

function isEqual<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}

/** A reckoned step, as someone will have written it. */
function rounded(stepMs: number): number {
  return Number.isInteger(stepMs / 1000) ? stepMs : 1000 * Number((stepMs / 1000).toPrecision(2));
}
