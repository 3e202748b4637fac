import type { DetectorSpec } from '../core/detector.ts';
import { DEFAULT_LIMITS } from '../core/limits.ts';
import type { ScoringModel } from '../model/scoring-model.ts';
import type { RestoredState } from './checkpoint.ts';
import { IncidentFold } from './alerts/incident-fold.ts';
import type { CronTimes } from './alerts/quiet-window.ts';
import { QuietWindows } from './alerts/quiet-windows.ts';
import type { DetectorState } from './detector-state.ts';
import { scoringContext, type PipelineLimits, type PipelineState } from './pipeline-state.ts';
import { restoreEntities, restorePartitions } from './restore.ts';
import { trialOf } from './promotion-trial.ts';
import type { InitialCalibrations } from './scoring/initial-calibrations.ts';

/** A model that some restored activation names, loaded again. */
export interface RestoredModel {
  readonly model: ScoringModel;
  readonly calibrations: InitialCalibrations;
}

/** What the pipeline starts from. */
export interface PipelineOptions {
  readonly detectors: readonly DetectorSpec[];
  /** As the store has it; empty lists on a first start. */
  readonly restored: RestoredState;
  /** Loaded models of the restored activations; an activation whose model is not here is passed over. */
  readonly models: readonly RestoredModel[];
  /** The first refit of a detector's thresholds after an event time, by `calibration.schedule`, ms. */
  readonly nextRefitMs: (detector: DetectorSpec, afterMs: number) => number;
  /** Alerts older than that when they are found are kept on record, not delivered. */
  readonly maxAlertAgeMs: number;
  readonly limits?: Partial<PipelineLimits>;
  /** The times of windows that recur; absent: none do. */
  readonly cronTimes?: CronTimes;
}

/**
 * The pipeline as it was at the last checkpoint, or new. Restored partitions must be `assigned` again before their
 * records count, all of them before the first record, and are to be read from `resumeOffset`.
 */
export function createState(options: PipelineOptions): PipelineState {
  const quiet = new QuietWindows(options.cronTimes ?? (() => () => Infinity), options.restored.windows);
  const detectors = options.detectors.map((spec, index): DetectorState => ({
    index,
    spec,
    sources: [],
    entities: new Map(),
    closedByWatermark: -Infinity,
    models: [],
    budgetRefits: options.restored.budgetRefits.filter((refit) => refit.detector === spec.name),
    exclusions: options.restored.exclusions.filter((one) => one.detector === spec.name),
    acceptances: (options.restored.acceptances ?? []).filter((one) => one.detector === spec.name),
    nextBudgetRefitMs: -Infinity,
    trial: null,
    quiet,
    incidents: new IncidentFold(
      spec,
      options.restored.incidents?.filter(({ incident }) => incident.detector === spec.name),
    ),
  }));
  const state: PipelineState = {
    detectors,
    sources: new Map(),
    partitions: [],
    partitionsByKey: new Map(),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    maxAlertAgeMs: options.maxAlertAgeMs,
    nextRefitMs: (detector, afterMs) => options.nextRefitMs(detector.spec, afterMs),
    quiet,
    heldBack: [],
    samplesHeldBack: 0,
    forgotten: new Map(),
  };
  restorePartitions(state, options.restored.marks);
  for (const detector of detectors) {
    detector.models = liveModels(state, detector, options);
    detector.trial = restoredTrial(detector, options.restored);
  }
  restoreEntities(state, options.restored.entities);
  return state;
}

function restoredTrial(detector: DetectorState, restored: RestoredState): DetectorState['trial'] {
  const { name } = detector.spec;
  return trialOf(
    restored.activations.filter((activation) => activation.detector === name),
    {
      isLive: (version) => detector.models.some(({ context }) => context.model.version === version),
      closed: detector.closedByWatermark,
      firedSteps: restored.firedSteps?.get(name) ?? [],
    },
  );
}

function liveModels(
  state: PipelineState,
  detector: DetectorState,
  { restored, models }: PipelineOptions,
): DetectorState['models'] {
  return restored.activations
    .filter((activation) => activation.detector === detector.spec.name)
    .flatMap(({ detector: name, version, effectiveStep }) => {
      const parts = models.find(({ model }) => model.detector === name && model.version === version);
      return parts === undefined ? [] : [{ context: scoringContext(state, detector, parts), effectiveStep }];
    })
    .sort((a, b) => a.effectiveStep - b.effectiveStep);
}
