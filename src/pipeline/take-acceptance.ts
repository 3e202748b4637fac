import { withAcceptance } from './alerts/acceptance.ts';
import { newestClosedStep } from './detector-state.ts';
import type { PipelineInput } from './inputs.ts';
import { NO_STEP } from './series/entity-series.ts';
import type { StepRun } from './step-run.ts';

/**
 * Takes people's word that a change is normal. Which step is newest depends on when it came, so it is reported with its effective
 * step, which no entity has closed yet. Unknown detectors are left alone.
 */
export function takeAcceptance(run: StepRun, input: PipelineInput & { readonly kind: 'accept' }): void {
  const detector = run.state.detectors.find(({ spec }) => spec.name === input.detector);
  if (detector === undefined) return;
  // Steps that wait to be scored together were queued without it.
  run.settle();
  const newest = newestClosedStep(detector);
  const { entity, match, fromStep, toStep } = input;
  const effectiveStep = input.effectiveStep ?? (newest === NO_STEP ? 0 : newest + 1);
  const acceptance = { detector: detector.spec.name, entity, match, fromStep, toStep, effectiveStep };
  detector.acceptances = withAcceptance(detector.acceptances, acceptance, detector.spec.stepMs);
  run.effects.acceptances.push(acceptance);
}
