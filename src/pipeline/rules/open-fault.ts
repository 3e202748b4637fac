import { alertId } from '../alerts/alert-id.ts';
import type { GateContext, GateOutcome, Telling } from '../alerts/gate-state.ts';
import { isDeliverable, stepEndMs, tellAgain } from '../alerts/tell.ts';
import type { Alert, AlertResolution, Contribution, FaultKind } from '../effects.ts';
import type { CalibrationExclusion } from '../scoring/calibration-exclusion.ts';

/** A rule's alert that is pending or firing: plain JSON, so that it comes back from the store to the bit. */
export interface OpenFault {
  readonly alert: Alert;
  readonly told: Telling | null;
  /** Of a flatline: steps in a row in which all that stood still moved. */
  readonly movedSteps: number;
  /** Of a flatline: up to which step its stretch was taken out of what thresholds are learned from. */
  readonly excludedThrough: number | null;
}

/** What a step of a rule's alert did. */
export interface FaultOutcome extends Pick<GateOutcome, 'transitions' | 'notifications'> {
  readonly open: OpenFault | null;
  /** What no threshold is to be learned from; absent: nothing new. */
  readonly exclusions?: readonly CalibrationExclusion[];
}

/** The step that a verdict is of, and the present then: what `max_alert_age` is measured against. */
export interface FaultStep {
  readonly step: number;
  readonly newestKnownMs: number;
}

/** What a rule's alert tells of. */
export interface FaultFacts {
  readonly firstStep: number;
  readonly lastStep: number;
  readonly contributions: readonly Contribution[];
  readonly recent: Alert['recent'];
}

/** Nothing happened to it. */
export function asBefore(open: OpenFault | null): FaultOutcome {
  return { open, transitions: [], notifications: [] };
}

/** A rule's alert as it begins: pending. Its key is (detector, entity, kind), beside whatever the entity's score has open. */
export function beginFault(
  context: GateContext,
  kind: FaultKind,
  { facts, step }: { readonly facts: FaultFacts; readonly step: number },
): FaultOutcome {
  const { spec, entity, labels } = context;
  const identity = { detector: spec.name, entity, kind, firstStepOver: facts.firstStep };
  const alert: Alert = {
    ...identity,
    id: alertId(identity),
    labels,
    severity: spec.alert.severity,
    state: 'pending',
    provisional: false,
    firedStep: null,
    lastStepOver: facts.lastStep,
    resolvedStep: null,
    resolution: null,
    notified: false,
    peakScore: 0,
    peakStep: facts.firstStep,
    contributions: facts.contributions,
    modelVersion: '',
    recent: facts.recent,
  };
  return {
    open: { alert, told: null, movedSteps: 0, excludedThrough: null },
    transitions: [{ alert, from: null, to: 'pending', step }],
    notifications: [],
  };
}

/** Makes a pending one fire. */
export function fireFault(
  context: GateContext,
  { alert: pending, ...open }: OpenFault,
  { facts, now }: { readonly facts: FaultFacts; readonly now: FaultStep },
): FaultOutcome {
  const { step } = now;
  const deliver = isDeliverable(context, pending, now);
  const alert: Alert = {
    ...withFacts(pending, facts),
    state: 'firing',
    firedStep: step,
    notified: deliver,
  };
  return {
    open: { ...open, alert, told: deliver ? { step, repeats: 0 } : null },
    transitions: [{ alert, from: 'pending', to: 'firing', step }],
    notifications: [{ alert, event: 'firing', atMs: stepEndMs(context, step), deliver }],
  };
}

/** One that fires goes on: people are told what could not be told before, and again each `repeat_interval`. */
export function goOnFault(
  context: GateContext,
  open: OpenFault,
  { facts, now }: { readonly facts: FaultFacts; readonly now: FaultStep },
): FaultOutcome {
  const alert = withFacts(open.alert, facts);
  const hasGrown = facts.contributions.length > open.alert.contributions.length;
  const again = tellAgain(context, open, { alert, input: now });
  const shown = again?.notification.alert ?? alert;
  const isTold = shown.notified && !alert.notified;
  return {
    open: { ...open, alert: shown, told: again?.told ?? open.told },
    transitions: isTold || hasGrown ? [{ alert: shown, from: 'firing', to: 'firing', step: now.step }] : [],
    notifications: again === null ? [] : [again.notification],
  };
}

/** Ends one: pending is discarded, firing resolved. */
export function endFault(
  context: GateContext,
  { alert }: OpenFault,
  end: { readonly step: number; readonly resolution: AlertResolution; readonly recent?: Alert['recent'] },
): FaultOutcome {
  const { step, resolution, recent = alert.recent } = end;
  if (alert.state !== 'firing') {
    return {
      open: null,
      transitions: [{ alert, from: 'pending', to: 'discarded', step }],
      notifications: [],
    };
  }
  const ended: Alert = { ...alert, state: 'resolved', resolvedStep: step, resolution, recent };
  return {
    open: null,
    transitions: [{ alert: ended, from: 'firing', to: 'resolved', step }],
    notifications: [
      { alert: ended, event: 'resolved', atMs: stepEndMs(context, step), deliver: alert.notified },
    ],
  };
}

/** The onset stays: the alert's id is made of it. */
function withFacts(alert: Alert, { lastStep, contributions, recent }: FaultFacts): Alert {
  return { ...alert, lastStepOver: lastStep, contributions, recent };
}
