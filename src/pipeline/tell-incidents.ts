import { newestRecord, type DetectorState } from './detector-state.ts';
import type { EffectsCollector } from './effects-collector.ts';
import type { PipelineInput } from './inputs.ts';
import type { PipelineState } from './pipeline-state.ts';
import type { StepRun } from './step-run.ts';

/** Tells what incidents have to tell by the newest record of their detector's sources. */
export function releaseIncidents(detectors: readonly DetectorState[], effects: EffectsCollector): void {
  for (const detector of detectors) detector.incidents.release(newestRecord(detector), effects);
}

/** Tells now what an incident has to tell. One that has nothing (any more), and an unknown one, are left alone. */
export function tellIncident(run: StepRun, input: PipelineInput & { readonly kind: 'tell' }): void {
  const detector = run.state.detectors.find(({ spec }) => spec.name === input.detector);
  run.settle();
  detector?.incidents.tell(input.incident, run.effects);
}

/** An incident with something to tell that waits for others to join. */
export interface WaitingIncident {
  readonly detector: string;
  readonly incident: string;
  /** How far off it is on the records' clock, ms. */
  readonly waitMs: number;
}

/** All that wait: whoever has a wall clock lets none of them wait longer than that. */
export function waitingIncidents({ detectors }: PipelineState): WaitingIncident[] {
  return detectors.flatMap(({ spec, incidents }) =>
    incidents.waiting().map(({ id, waitMs }) => ({ detector: spec.name, incident: id, waitMs })),
  );
}
