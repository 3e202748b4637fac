import { groupOf } from '../alerts/incident-group.ts';
import type { DetectorState } from '../detector-state.ts';
import type { EffectsCollector } from '../effects-collector.ts';
import type { Entity } from '../entity.ts';
import type { FaultOutcome } from './open-fault.ts';

/** An incident is told again when so much of `repeat_interval` has passed: its alerts fired at different times. */
const LEAST_OF_INTERVAL = 0.9;

/** Whose alert it is, the newest record known at its step, and the detector's entities by then. */
export interface FaultOf {
  readonly detector: DetectorState;
  readonly entity: Entity;
  readonly clockMs: number;
  readonly entities: number;
}

/** What a closed step brought, to be told in its turn: what is counted is as of the close, however long it waits. */
export interface ClosedFaults {
  readonly outcomes: readonly FaultOutcome[];
  readonly entities: number;
}

/** How many entities have ever closed a step. */
export function entitiesKnown({ entities }: DetectorState): number {
  let known = 0;
  for (const { rules } of entities.values()) if (rules.lastStep !== null) known += 1;
  return known;
}

/** Hands over what a rule's alert did, and lets the incidents know; a model on trial has no part in it. */
export function publishFault(
  { transitions, notifications, exclusions = [] }: FaultOutcome,
  { detector, entity, clockMs, entities }: FaultOf,
  effects: EffectsCollector,
): void {
  const { spec, incidents } = detector;
  effects.transitions.push(...transitions);
  effects.notifications.push(...notifications);
  effects.exclusions.push(...exclusions);
  const at = { group: groupOf(spec, entity), clockMs, entities };
  for (const transition of transitions) incidents.take(transition, at, effects);
  for (const { alert, repeat = 0, atMs } of notifications) {
    if (repeat === 0) continue;
    const sinceMs = LEAST_OF_INTERVAL * spec.alert.repeatIntervalMs;
    incidents.remind(alert, { step: atMs / spec.stepMs - 1, clockMs, sinceMs }, effects);
  }
}
