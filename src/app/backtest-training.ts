import { loadModel, unpackModelFile } from '../model/model-file.ts';
import type { ScoringModel } from '../model/scoring-model.ts';
import { isFault } from '../pipeline/alerts/is-fault.ts';
import type { ClosedVector, Effects } from '../pipeline/effects.ts';
import type { PipelineState } from '../pipeline/pipeline-state.ts';
import { decodeCalibrations } from '../pipeline/scoring/calibration-section.ts';
import { step } from '../pipeline/step.ts';
import { excludedSpans, type PastAlert } from '../training/excluded-spans.ts';
import { train, type TrainingOutcome } from '../training/train.ts';
import type { TrainingCard } from '../training/training-card.ts';
import type { BacktestInput } from './backtest.ts';
import { firedAlerts } from './fired-alerts.ts';
import { trainingEntities } from './training-entities.ts';

/** A model that scores, and what it was made of. */
export interface ModelInUse {
  readonly model: ScoringModel;
  readonly card: TrainingCard;
}

/** Trains on what has closed by now, without what the alerts so far speak against, as the daemon would have. */
export function trainNow(
  { spec, onProgress }: Pick<BacktestInput, 'spec' | 'onProgress'>,
  known: {
    readonly history: readonly ClosedVector[];
    readonly seen: readonly Effects[];
    readonly champion: ScoringModel | null;
  },
): Promise<TrainingOutcome> {
  const { history, seen, champion } = known;
  const newestStep = history.reduce((newest, vector) => Math.max(newest, vector.step), -Infinity);
  const excluded = excludedSpans(pastAlerts(seen, newestStep), spec, newestStep);
  return train(
    { spec, seed: spec.model.seed, entities: trainingEntities(history), excluded, champion },
    // The gate judges by it; where there is none yet, nobody asks.
    { selfTest: champion !== null, ...(onProgress !== undefined && { onProgress }) },
  );
}

function pastAlerts(seen: readonly Effects[], newestStep: number): PastAlert[] {
  return firedAlerts(seen).map((alert) => ({
    entity: alert.entity,
    firstStep: alert.firstStepOver,
    lastStep: alert.state === 'resolved' ? alert.lastStepOver : newestStep,
    label: null,
    culprit: alert.contributions[0]?.feature ?? null,
    accepted: alert.resolution === 'accepted',
    fault: isFault(alert),
  }));
}

/** Loads a model that was trained, and gives it to the pipeline from `atMs` on. */
export async function putToUse(
  state: PipelineState,
  { file, card }: Extract<TrainingOutcome, { kind: 'promoted' | 'rejected' }>,
  { spec, alterModel, atMs }: Pick<BacktestInput, 'spec' | 'alterModel'> & { readonly atMs: number },
): Promise<ModelInUse> {
  const trained = await loadModel(file, spec.model.backend);
  const model = alterModel?.(trained) ?? trained;
  const calibrations = decodeCalibrations(unpackModelFile(file).calibration);
  step(state, [{ kind: 'model', model, calibrations, effectiveStep: Math.ceil(atMs / spec.stepMs) }]);
  return { model, card };
}
