import type { ModelSpec } from '../core/detector.ts';
import { loadModel, unpackModelFile } from '../model/model-file.ts';
import type { ScoringModel } from '../model/scoring-model.ts';
import { decodeCalibrations } from '../pipeline/scoring/calibration-section.ts';
import type { InitialCalibrations } from '../pipeline/scoring/initial-calibrations.ts';
import type { TrainingCard } from '../training/training-card.ts';
import { trainedGrid, type TrainedGrid } from './model-grid.ts';

/** A model and what its thresholds begin with. */
export interface LoadedModel {
  readonly model: ScoringModel;
  readonly calibrations: InitialCalibrations;
}

/** All of a model file. */
export interface OpenedModel extends LoadedModel {
  readonly card: TrainingCard;
  readonly grid: TrainedGrid;
}

/** Unpacks and loads a model file; throws if it is damaged. */
export async function openModel(bytes: Uint8Array, backend: ModelSpec['backend']): Promise<OpenedModel> {
  const file = unpackModelFile(bytes);
  const calibrations = decodeCalibrations(file.calibration);
  const card = file.card as TrainingCard;
  const model = await loadModel(bytes, backend);
  return { model, calibrations, card, grid: trainedGrid(model, { calibrations, card }) };
}
