import { isHeldBack } from '../../pipeline/step.ts';
import { newestClosedStep } from '../../pipeline/detector-state.ts';
import type { PipelineState } from '../../pipeline/pipeline-state.ts';
import type { Shadow } from './detector-plan.ts';

/** So many of its entities must have thresholds that rest on enough. */
const LEAST_SETTLED = 0.9;
/** After so long a model is enough: entities that come and go may never have enough. */
const LONGEST_MS = 7 * 86_400_000;

/** Whether a detector that warms up would tell what it finds: it has a model, and nearly all its thresholds are no longer provisional. */
export function mayTakeOver(state: PipelineState, { spec, sinceMs }: Shadow): boolean {
  const detector = state.detectors.find((one) => one.spec.name === spec.name);
  if (detector === undefined || detector.models.length === 0 || isHeldBack(state)) return false;
  const entities = [...detector.entities.values()];
  const scored = entities.filter(({ scoring }) => scoring !== null);
  if (scored.length === 0) return false;
  const settled = scored.filter(({ scoring }) => scoring?.calibration.provisional === false);
  const newestMs = (newestClosedStep(detector) + 1) * spec.stepMs;
  return settled.length >= LEAST_SETTLED * entities.length || newestMs - sinceMs >= LONGEST_MS;
}
