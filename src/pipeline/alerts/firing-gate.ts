import type { Alert, AlertResolution, ScoredStep } from '../effects.ts';
import type { GateContext, GateInput, GateOutcome, GateState, OverStep, Telling } from './gate-state.ts';
import { raisePeak, recentOf } from './open-alert.ts';
import { refractoryOf } from './refractory.ts';
import { isShift, quietnessOf, stayed, waitsForShift } from './shift.ts';
import { firstTelling, isDeliverable, stepEndMs, tellAgain } from './tell.ts';
import { unscoredStepsToResolve } from './unscored-steps.ts';

/** Ends a firing alert; `input` is null for a step never seen. */
export function resolveAlert(
  context: GateContext,
  gate: GateState,
  end: {
    readonly firing: Alert;
    readonly step: number;
    readonly resolution: AlertResolution;
    readonly input: GateInput | null;
  },
): GateOutcome {
  const { firing, step, resolution, input } = end;
  const recent = recentOf(firing, input);
  const alert: Alert = { ...firing, state: 'resolved', resolvedStep: step, resolution, recent };
  const scored = input?.scored ?? null;
  const refractory =
    resolution === 'recovered' && scored !== null
      ? refractoryOf(context, gate, { alert: firing, scored })
      : null;
  return {
    gate: {
      ...gate,
      overs: [],
      open: null,
      peakRaw: 0,
      quietSteps: 0,
      unscoredSteps: 0,
      refractory,
      told: null,
      bar: null,
      leftSteps: 0,
    },
    transitions: [{ alert, from: 'firing', to: 'resolved', step }],
    // A resolution follows its own alert only, however late: a receiver must not be left with an open incident.
    notifications: [{ alert, event: 'resolved', atMs: stepEndMs(context, step), deliver: firing.notified }],
  };
}

/** A firing alert that is over once more: its peak may rise, and what could not be delivered at first may be now. */
export function advanceOver(
  context: GateContext,
  gate: GateState,
  now: { readonly firing: Alert; readonly over: OverStep; readonly input: GateInput },
): GateOutcome {
  const { firing, over, input } = now;
  const { peakRaw, ...peak } = raisePeak({ ...firing, peakRaw: gate.peakRaw }, over);
  const peaked: Alert = { ...stayed(firing, over.step), ...peak, lastStepOver: over.step };
  const open: Alert = { ...peaked, recent: recentOf(peaked, input) };
  return goOn(context, { ...gate, open, peakRaw, quietSteps: 0, unscoredSteps: 0 }, { alert: open, input });
}

/** A firing alert at a step that is not over. */
export function advanceFiring(
  context: GateContext,
  gate: GateState,
  now: {
    readonly firing: Alert;
    readonly step: number;
    readonly input: GateInput | null;
    readonly scored: ScoredStep | null;
  },
): GateOutcome {
  const { firing, step, scored, input } = now;
  if (scored === null || input === null) {
    const unscoredSteps = gate.unscoredSteps + 1;
    if (unscoredSteps >= unscoredStepsToResolve) {
      return resolveAlert(context, gate, { firing, step, resolution: 'no_data', input });
    }
    return { gate: { ...gate, unscoredSteps }, transitions: [], notifications: [] };
  }
  const { quiet, stepsToResolve } = quietnessOf(context, gate, { firing, scored, input });
  const quietSteps = quiet ? gate.quietSteps + 1 : 0;
  if (quietSteps >= stepsToResolve) {
    return resolveAlert(context, gate, { firing, step, resolution: 'recovered', input });
  }
  const next: GateState = { ...gate, quietSteps, unscoredSteps: 0 };
  // What may be about to end is not told of.
  if (quietSteps > 0) return { gate: next, transitions: [], notifications: [] };
  const open = stayed(firing, step);
  return goOn(context, { ...next, open }, { alert: open, input });
}

/** Tells of an alert that goes on what is to be told now. */
function goOn(
  context: GateContext,
  gate: GateState,
  now: { readonly alert: Alert; readonly input: GateInput },
): GateOutcome {
  const { alert, input } = now;
  const waits = alert.notified && waitsForShift(gate, context, input.step);
  const again = waits ? null : tellAgain(context, gate, now);
  if (again === null) return { gate, transitions: [], notifications: [] };
  const { told, notification, isNews } = again;
  const shown = { ...notification.alert, recent: recentOf(alert, input) };
  const { step } = input;
  return {
    gate: { ...gate, open: shown, told },
    transitions: isNews ? [{ alert: shown, from: 'firing', to: 'firing', step }] : [],
    notifications: [{ ...notification, alert: shown }],
  };
}

/** An alert that fires while a fifth of the last day was over becomes a shift, once, and people who know of it are told so. */
export function turnedShift(context: GateContext, gate: GateState, input: GateInput): GateOutcome | null {
  const { open } = gate;
  if (open?.state !== 'firing' || open.kind === 'shift') return null;
  // One level at a time: what changes on top of it is an alert of its own.
  if (gate.shift !== null && gate.shift !== undefined) return null;
  if (!isShift(gate.hours ?? [], context.spec)) return null;
  const { step } = input;
  const alert: Alert = {
    ...open,
    kind: 'shift',
    kindAtOnset: open.kind,
    stayedStep: step,
    recent: recentOf(open, input),
  };
  const tells = alert.notified && isDeliverable(context, alert, input);
  const last = gate.told ?? firstTelling(alert);
  const told: Telling = tells ? { step, repeats: last.repeats + 1 } : { ...last, owesShift: true };
  return {
    gate: { ...gate, open: alert, quietSteps: 0, ...(alert.notified && { told }) },
    transitions: [{ alert, from: 'firing', to: 'firing', step }],
    notifications: tells
      ? [{ alert, event: 'firing', atMs: stepEndMs(context, step), deliver: true, repeat: told.repeats }]
      : [],
  };
}
