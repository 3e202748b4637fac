import { newestClosedStep } from './detector-state.ts';
import type { PipelineInput } from './inputs.ts';
import { scoringContext } from './pipeline-state.ts';
import { NO_STEP } from './series/entity-series.ts';
import type { StepRun } from './step-run.ts';

/**
 * Puts a model to use from its effective step on, and reports that step: which one is newest depends on when the model
 * came, so a replay must read it from the row and not decide again. A model of an unknown detector is left alone.
 */
export function activateModel(run: StepRun, input: PipelineInput & { readonly kind: 'model' }): void {
  const { model, calibrations } = input;
  const detector = run.state.detectors.find(({ spec }) => spec.name === model.detector);
  if (detector === undefined) return;
  const newest = newestClosedStep(detector);
  const effectiveStep = input.effectiveStep ?? (newest === NO_STEP ? 0 : newest + 1);
  const context = scoringContext(run.state, detector, { model, calibrations });
  const others = detector.models.filter((live) => live.context.model.version !== model.version);
  detector.models = [...others, { context, effectiveStep }].sort((a, b) => a.effectiveStep - b.effectiveStep);
  run.effects.activations.push({ detector: detector.spec.name, version: model.version, effectiveStep });
}
