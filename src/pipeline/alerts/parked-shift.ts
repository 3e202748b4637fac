import type { Alert, AlertResolution, Contribution, ScoredStep } from '../effects.ts';
import { isLittleChanged } from './change-text.ts';
import type { GateContext, GateInput, GateOutcome, GateState, OverStep, ParkedShift } from './gate-state.ts';
import { recentOf } from './open-alert.ts';
import { hasLeft } from './refractory.ts';
import { isUnderBar, stayed } from './shift.ts';
import { stepEndMs, tellAgain } from './tell.ts';
import { unscoredStepsToResolve } from './unscored-steps.ts';

/** So much of the shift's size beyond the old normal, the other way, is no return to it. */
const PAST_SHARE = 0.2;

/**
 * Lays a shift aside once the threshold has learned its level, so that what happens there from now on is seen: the score has been
 * low for a longest window. It stays open until its level is gone or accepted; answers the gate as it was before that.
 */
export function parked(context: GateContext, gate: GateState, scored: ScoredStep): GateState {
  const { open } = gate;
  if (open?.state !== 'firing' || open.kind !== 'shift') return gate;
  const leftSteps = hasLeft(scored) ? (gate.leftSteps ?? 0) + 1 : 0;
  if (leftSteps < Math.max(...context.spec.windows)) return { ...gate, leftSteps };
  const { peakRaw, quietSteps, unscoredSteps, told = null, bar = null } = gate;
  const shift: ParkedShift = { alert: open, peakRaw, quietSteps, unscoredSteps, told, bar };
  return {
    ...gate,
    open: null,
    peakRaw: 0,
    quietSteps: 0,
    unscoredSteps: 0,
    told: null,
    bar: null,
    leftSteps: 0,
    shift,
  };
}

/** Takes a step through the shift that was laid aside; `input` is null where the entity was silent. */
export function advanceParked(
  context: GateContext,
  gate: GateState,
  now: { readonly step: number; readonly input: GateInput | null },
): GateOutcome {
  const { shift } = gate;
  const nothing = { gate, transitions: [], notifications: [] };
  if (shift === null || shift === undefined) return nothing;
  const { step, input } = now;
  const scored = input?.scored ?? null;
  if (scored === null || input === null) {
    const unscoredSteps = shift.unscoredSteps + 1;
    if (unscoredSteps >= unscoredStepsToResolve)
      return endParked(context, gate, { step, resolution: 'no_data' });
    return { ...nothing, gate: { ...gate, shift: { ...shift, unscoredSteps } } };
  }
  const quietSteps = isUnderBar(shift.bar, scored) ? shift.quietSteps + 1 : 0;
  const level = quietSteps > 0 ? shift.alert : stayed(shift.alert, step);
  const next: ParkedShift = {
    ...shift,
    alert: { ...level, recent: recentOf(level, input) },
    quietSteps,
    unscoredSteps: 0,
  };
  if (quietSteps >= Math.max(...context.spec.windows)) {
    return endParked(context, { ...gate, shift: next }, { step, resolution: 'recovered' });
  }
  const again =
    quietSteps > 0 ? null : tellAgain(context, { ...gate, told: next.told }, { alert: next.alert, input });
  if (again === null) return { ...nothing, gate: { ...gate, shift: next } };
  const { told, notification, isNews } = again;
  const { alert } = notification;
  return {
    gate: { ...gate, shift: { ...next, alert, told } },
    transitions: isNews ? [{ alert, from: 'firing', to: 'firing', step }] : [],
    notifications: [notification],
  };
}

/** Ends the shift that was laid aside, if there is one. */
export function endParked(
  context: GateContext,
  gate: GateState,
  { step, resolution }: { readonly step: number; readonly resolution: AlertResolution },
): GateOutcome {
  const { shift } = gate;
  if (shift === null || shift === undefined) return { gate, transitions: [], notifications: [] };
  const alert: Alert = { ...shift.alert, state: 'resolved', resolvedStep: step, resolution };
  return {
    gate: { ...gate, shift: null },
    transitions: [{ alert, from: 'firing', to: 'resolved', step }],
    notifications: [{ alert, event: 'resolved', atMs: stepEndMs(context, step), deliver: alert.notified }],
  };
}

/**
 * Whether a step over is no more than the shift that was laid aside: same feature and model, no stranger than its peak, and not
 * on the other side of what was normal before it.
 */
export function isOfParked({ shift }: GateState, over: OverStep): boolean {
  if (shift === null || shift === undefined) return false;
  const { alert, peakRaw } = shift;
  const [was, now] = [alert.contributions[0], over.contributions[0]];
  return (
    now?.feature === was?.feature &&
    over.modelVersion === alert.modelVersion &&
    over.raw <= peakRaw &&
    (was === undefined || now === undefined || !isPastOldNormal(was, now))
  );
}

/** Whether a value has gone back past the old normal: further than that one's own ups and downs explain. */
function isPastOldNormal(was: Contribution, now: Contribution): boolean {
  const wentUp = was.seen > was.expected;
  if (now.range !== null && (wentUp ? now.seen < now.range.low : now.seen > now.range.high)) return true;
  // What has changed in how it moves, and hardly in its level, has no other side.
  if (isLittleChanged(was)) return false;
  return (now.seen - was.expected) / (was.seen - was.expected) < -PAST_SHARE;
}
