import { newestClosedStep, type LiveModel } from './detector-state.ts';
import type { ModelActivation } from './effects.ts';
import type { PipelineInput } from './inputs.ts';
import { trialOf } from './promotion-trial.ts';
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
  const others = detector.models.filter((live) => live.effectiveStep !== effectiveStep);
  detector.models = [...others, { context, effectiveStep }].sort((a, b) => a.effectiveStep - b.effectiveStep);
  const { name } = detector.spec;
  const { rollback } = input;
  const activation = { detector: name, version: model.version, effectiveStep, ...(rollback && { rollback }) };
  run.effects.activations.push(activation);
  detector.trial = trialOf(
    detector.models.map((live) => activationOf(live, activation)),
    { isLive: () => true, closed: -Infinity, firedSteps: [] },
  );
}

function activationOf({ context, effectiveStep }: LiveModel, activation: ModelActivation): ModelActivation {
  if (effectiveStep === activation.effectiveStep) return activation;
  return { detector: activation.detector, version: context.model.version, effectiveStep };
}
