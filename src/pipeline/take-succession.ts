import { newGateState } from './alerts/gate-state.ts';
import { closeGateEarly } from './entity-gate.ts';
import type { PipelineInput } from './inputs.ts';
import { leaveRules } from './rules/advance-rules.ts';
import type { StepRun } from './step-run.ts';

/**
 * Ends the open alerts of a detector whose place another takes, as of the last step that their gates saw. The other's gates begin
 * anew: what is over still must be confirmed under the detector's own name, and is told then.
 */
export function takeSuccession(
  run: StepRun,
  { detector, successor }: PipelineInput & { readonly kind: 'succession' },
): void {
  const { detectors } = run.state;
  run.settle();
  const former = detectors.find(({ spec }) => spec.name === detector);
  if (former === undefined) return;
  for (const entity of former.entities.values()) {
    closeGateEarly(former, entity, run);
    leaveRules(run, former, entity);
    entity.series.changed = true;
  }
  const next = detectors.find(({ spec }) => spec.name === successor);
  for (const entity of next?.entities.values() ?? []) {
    entity.gate = newGateState();
    entity.level = null;
    entity.rules.absence = null;
    entity.rules.flatline = null;
    entity.series.changed = true;
  }
}
