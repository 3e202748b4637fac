import { newestStepEndedBy } from '../core/step-grid.ts';
import { acceptGate, advanceGate, closeGate, restingGate } from './alerts/advance-gate.ts';
import type { GateContext, GateOutcome } from './alerts/gate-state.ts';
import { groupOf } from './alerts/incident-group.ts';
import { repeatAfterMs } from './alerts/tell.ts';
import { newestRecord, type DetectorState } from './detector-state.ts';
import type { EffectsCollector } from './effects-collector.ts';
import type { Entity } from './entity.ts';
import { subjectOf } from './quiet-entities.ts';
import { noteFiring } from './promotion-trial.ts';
import type { QueuedStep } from './score-queue.ts';
import type { StepScore } from './scoring/score-steps.ts';
import { LONGEST_FILLED_GAP } from './series/entity-series.ts';

/** An incident is told again when so much of the time between two tellings has passed: its alerts fired at different times. */
const LEAST_OF_INTERVAL = 0.9;
/** So many last values of a feature are shown with an alert. */
const RECENT_VALUES = 24;

/** Where a gate's effects go, and from what age on alerts are only kept on record. */
export interface GateOutlet {
  readonly effects: EffectsCollector;
  readonly maxAlertAgeMs: number;
}

/** Takes a closed step through its entity's gate. */
export function advanceEntityGate(
  step: QueuedStep,
  score: (Pick<StepScore, 'scored' | 'contributions'> & { readonly threshold?: number }) | null,
  outlet: GateOutlet,
): void {
  const { detector, entity, vector, rows, newestKnownMs, clockMs } = step;
  // Before there is a model, all entities of a fleet rest for weeks of history.
  const resting = score === null ? restingGate(entity.gate, vector.step) : null;
  if (resting !== null) {
    entity.gate = resting;
    return;
  }
  const outcome = advanceGate(gateContext(detector, entity, outlet), entity.gate, {
    step: vector.step,
    scored: score?.scored ?? null,
    contributions: score?.contributions ?? [],
    recent: (feature) => recentValues(detector, rows, feature),
    newestKnownMs,
    ...(score?.threshold !== undefined && { threshold: score.threshold }),
  });
  take(detector, entity, { outcome, effects: outlet.effects, clockMs });
}

/** Ends the alert of an entity whose level has become normal, as of the step that its gate has just seen. */
export function acceptEntityGate(step: QueuedStep, outlet: GateOutlet & { readonly isWhole: boolean }): void {
  const { detector, entity, vector, rows, newestKnownMs } = step;
  const input = {
    step: vector.step,
    scored: null,
    contributions: [],
    recent: (feature: string) => recentValues(detector, rows, feature),
    newestKnownMs,
  };
  const context = gateContext(detector, entity, outlet);
  const outcome = acceptGate(context, entity.gate, { input, isWhole: outlet.isWhole });
  take(detector, entity, { outcome, effects: outlet.effects });
}

/** Whether the steps that the watermark closed without the entity are more than a gap that would be filled. */
export function isSilent(detector: DetectorState, entity: Entity): boolean {
  return detector.closedByWatermark - entity.series.lastFreshStep > LONGEST_FILLED_GAP;
}

/**
 * Lets the open alert of a silent entity see it: the steps that the watermark closed count as without a score. The
 * gate would count them at the entity's next step anyway, so it makes no difference when this is called.
 */
export function advanceSilentGate(detector: DetectorState, entity: Entity, outlet: GateOutlet): void {
  const { gate } = entity;
  const open = gate.open ?? gate.shift?.alert ?? null;
  const step = detector.closedByWatermark;
  if (open === null || gate.lastStep === null || step <= gate.lastStep) return;
  const outcome = advanceGate(gateContext(detector, entity, outlet), gate, {
    step,
    scored: null,
    contributions: [],
    recent: () => open.recent.map((value) => value ?? NaN),
    newestKnownMs: -Infinity,
  });
  take(detector, entity, { outcome, effects: outlet.effects });
  entity.series.changed = true;
}

/** Ends the alert of an entity that is forgotten, as of the step in which its time ran out. */
export function closeForgottenGate(detector: DetectorState, entity: Entity, outlet: GateOutlet): void {
  const { forgetAfterMs, stepMs } = detector.spec;
  const expired = newestStepEndedBy(entity.series.clockMs + forgetAfterMs, stepMs);
  const step = Math.max(expired, entity.gate.lastStep ?? expired);
  const outcome = closeGate(gateContext(detector, entity, outlet), entity.gate, step);
  take(detector, entity, { outcome, effects: outlet.effects });
}

/** Ends the alert of an entity that is forgotten while it lives, as of the last step that its gate has seen. */
export function closeGateEarly(detector: DetectorState, entity: Entity, outlet: GateOutlet): void {
  const step = entity.gate.lastStep;
  if (step === null) return;
  const outcome = closeGate(gateContext(detector, entity, outlet), entity.gate, step);
  take(detector, entity, { outcome, effects: outlet.effects });
}

/** What does not change from step to step of an entity's alerts. */
export function gateContext(
  detector: DetectorState,
  entity: Entity,
  { maxAlertAgeMs }: Pick<GateOutlet, 'maxAlertAgeMs'>,
): GateContext {
  return {
    spec: detector.spec,
    entity: entity.key,
    labels: entity.labels,
    maxAlertAgeMs,
    isQuiet: (timeMs) => detector.quiet.holdsBack(() => subjectOf(detector.spec, entity), timeMs),
  };
}

function take(
  detector: DetectorState,
  entity: Entity,
  {
    outcome,
    effects,
    clockMs = newestRecord(detector),
  }: { readonly outcome: GateOutcome; readonly effects: EffectsCollector; readonly clockMs?: number },
): void {
  const { gate, transitions, notifications } = outcome;
  entity.gate = gate;
  noteFiring(detector.trial, transitions);
  effects.transitions.push(...transitions);
  effects.notifications.push(...notifications);
  if (transitions.length > 0) {
    const at = { group: groupOf(detector.spec, entity), clockMs };
    for (const transition of transitions) detector.incidents.take(transition, at, effects);
  }
  for (const { alert, repeat = 0 } of notifications) {
    if (repeat === 0 || gate.lastStep === null) continue;
    const hasShifted = transitions.some((one) => one.alert.id === alert.id);
    if (hasShifted) detector.incidents.shifted(alert.id, clockMs, effects);
    else {
      // The incident's other alerts may have reminded of it already.
      const sinceMs = LEAST_OF_INTERVAL * repeatAfterMs(detector.spec, alert);
      detector.incidents.remind(alert, { step: gate.lastStep, clockMs, sinceMs }, effects);
    }
  }
}

/** A feature's last values in rows `[n, features]`, oldest first. */
export function recentValues(detector: DetectorState, rows: Float64Array, feature: string): number[] {
  const { features } = detector.spec;
  const column = features.findIndex(({ name }) => name === feature);
  if (column === -1) return [];
  const values: number[] = [];
  for (let at = column; at < rows.length; at += features.length) values.push(rows[at] as number);
  return values.slice(-RECENT_VALUES);
}
