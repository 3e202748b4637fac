import type { DetectorSpec } from '../core/detector.ts';
import { isFault } from '../pipeline/alerts/is-fault.ts';
import type { StoreReader } from '../store/store-reader.ts';
import type { PipelineRunner } from './pipeline-runner.ts';

/** Where an alert is on record, and who is told. */
export interface Excluding {
  readonly store: StoreReader;
  readonly detectors: readonly DetectorSpec[];
  readonly runner: PipelineRunner;
}

/**
 * Leaves the stretch of an alert that is over and was labelled *real* or *planned* out of what thresholds are learned from, up to
 * the longest window after its end: the next refit does without it (DESIGN §5.4). A *real* one no longer counts against the budget.
 */
export function excludeLabelled(id: string, { store, detectors, runner }: Excluding): void {
  const record = store.showAlert(id);
  if (record === null || (record.label !== 'real' && record.label !== 'planned')) return;
  const { detector, entity, state, notified, firstStepOver, lastStepOver } = record.alert;
  const spec = detectors.find(({ name }) => name === detector);
  if (spec === undefined || state !== 'resolved') return;
  const toStep = lastStepOver + Math.max(...spec.windows);
  // Faults of the telemetry are not counted in the first place.
  const alerts = record.label === 'real' && notified && !isFault(record.alert) ? 1 : 0;
  runner.take({
    kind: 'exclude',
    detector,
    entity,
    fromStep: firstStepOver,
    toStep,
    alerts,
    effectiveStep: null,
  });
}
