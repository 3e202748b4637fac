import { newestClosedStep } from './detector-state.ts';
import type { PipelineInput } from './inputs.ts';
import { withExclusion } from './scoring/calibration-exclusion.ts';
import { NO_STEP } from './series/entity-series.ts';
import type { StepRun } from './step-run.ts';

/**
 * Takes a stretch out of what an entity's threshold is learned from. Which step is newest depends on when the verdict
 * came, so it is reported with its effective step, which no refit has passed yet. Unknown detectors are left alone.
 */
export function excludeFromCalibration(
  run: StepRun,
  input: PipelineInput & { readonly kind: 'exclude' },
): void {
  const detector = run.state.detectors.find(({ spec }) => spec.name === input.detector);
  if (detector === undefined) return;
  const newest = newestClosedStep(detector);
  const { entity, fromStep, toStep, alerts } = input;
  const effectiveStep = input.effectiveStep ?? (newest === NO_STEP ? 0 : newest + 1);
  const exclusion = { detector: detector.spec.name, entity, fromStep, toStep, effectiveStep, alerts };
  detector.exclusions = withExclusion(detector.exclusions, exclusion, detector.spec.stepMs);
  run.effects.exclusions.push(exclusion);
}
