import type { Alert, AlertNotification, AlertTransition } from '../effects.ts';
import { advanceFiring, advanceOver, resolveAlert, turnedShift } from './firing-gate.ts';
import type { GateContext, GateInput, GateOutcome, GateState, Refractory } from './gate-state.ts';
import { overStep } from './open-alert.ts';
import { advanceParked, endParked, isOfParked, parked } from './parked-shift.ts';
import { isOldNews, refractoryAt } from './refractory.ts';
import { withHour } from './shift.ts';
import { advanceWaiting } from './waiting-gate.ts';

/** Thresholds are refit daily: after two days the newest has seen a whole one of the new level. */
const LEARNING_MS = 2 * 86_400_000;

/** One step on the grid; `input` is null where the entity was silent and no step was closed for it. */
function advanceStep(
  context: GateContext,
  gate: GateState,
  now: { step: number; input: GateInput | null },
): GateOutcome {
  const { step, input } = now;
  const scored = input?.scored ?? null;
  const over = input !== null && scored?.over === true ? overStep(context, scored, input) : null;
  const firing = gate.open?.state === 'firing' ? gate.open : null;
  if (firing === null) {
    const refractory = refractoryAt(gate.refractory, step, scored);
    const isOld = over !== null && (isOldNews(refractory, over) || isOfParked(gate, over));
    const news = isOld ? null : over;
    return advanceWaiting(context, { ...gate, refractory }, { step, over: news, input });
  }
  if (over !== null && input !== null) return advanceOver(context, gate, { firing, over, input });
  return advanceFiring(context, gate, { firing, step, input, scored });
}

/** The gate after a step without a score, if nothing is open or remembered that such a step could change; else `null`. */
export function restingGate(gate: GateState, step: number): GateState | null {
  const { overs, open, shift, refractory, peakRaw, quietSteps, unscoredSteps } = gate;
  const isEmpty = overs.length === 0 && open === null && (shift ?? refractory ?? null) === null;
  return isEmpty && peakRaw === 0 && quietSteps === 0 && unscoredSteps === 0
    ? { ...gate, lastStep: step }
    : null;
}

/**
 * Takes an entity's next closed step into its alert memory (DESIGN §5.10): pending at the first step over, firing
 * when `confirm` holds, resolved after 5 quiet steps in a row or 10 without a score. Steps left out since the last
 * call count as without a score. Throws a RangeError if the step is not newer than the last one.
 */
export function advanceGate(context: GateContext, gate: GateState, input: GateInput): GateOutcome {
  if (gate.lastStep !== null && input.step <= gate.lastStep) {
    throw new RangeError(
      `Step ${input.step} of ${context.spec.name} / ${context.entity} came after step ${gate.lastStep}: pass closed steps in order, once.`,
    );
  }
  const transitions: AlertTransition[] = [];
  const notifications: AlertNotification[] = [];
  let current = gate;
  const take = (outcome: GateOutcome): void => {
    current = outcome.gate;
    transitions.push(...outcome.transitions);
    notifications.push(...outcome.notifications);
  };
  for (let step = (gate.lastStep ?? input.step) + 1; step < input.step && hasOpen(current); step++) {
    take(advanceStep(context, current, { step, input: null }));
    take(advanceParked(context, current, { step, input: null }));
  }
  if (input.scored !== null) {
    current = { ...current, hours: withHour(current.hours, input.scored, context.spec) };
  }
  take(advanceStep(context, current, { step: input.step, input }));
  take(advanceParked(context, current, { step: input.step, input }));
  if (input.scored !== null) current = parked(context, current, input.scored);
  const shift = input.scored === null ? null : turnedShift(context, current, input);
  if (shift !== null) take(shift);
  return { gate: { ...current, lastStep: input.step }, transitions, notifications };
}

/**
 * Ends the shift that was laid aside, else the firing alert, whose level has become normal, as of the step that the gate has seen last: what led to it no longer counts.
 * Unless the new normal is the whole of it, only what is stranger than its peak is news until the thresholds have learned it.
 */
export function acceptGate(
  context: GateContext,
  gate: GateState,
  { input, isWhole }: { readonly input: GateInput; readonly isWhole: boolean },
): GateOutcome {
  const { step } = input;
  const { open, shift } = gate;
  const isParked = shift !== null && shift !== undefined;
  const firing = isParked ? shift.alert : open;
  if (firing?.state !== 'firing') return { gate, transitions: [], notifications: [] };
  const outcome = isParked
    ? endParked(context, gate, { step, resolution: 'accepted' })
    : resolveAlert(context, gate, { firing, step, resolution: 'accepted', input });
  const peakRaw = isParked ? shift.peakRaw : gate.peakRaw;
  const refractory = isWhole ? null : learningTime(context, { firing, step, peakRaw });
  return { ...outcome, gate: { ...outcome.gate, hours: [], refractory } };
}

function learningTime(
  { spec }: GateContext,
  now: { readonly firing: Alert; readonly step: number; readonly peakRaw: number },
): Refractory | null {
  const { firing, step, peakRaw } = now;
  const feature = firing.contributions[0]?.feature;
  if (feature === undefined) return null;
  const untilStep = step + Math.ceil(LEARNING_MS / spec.stepMs);
  return { feature, modelVersion: firing.modelVersion, peakRaw, untilStep, wake: null };
}

/** Ends what is open of an entity that is forgotten or no longer watched, as of `step`: pending is discarded, firing resolved as `no_data`. */
export function closeGate(context: GateContext, gate: GateState, step: number): GateOutcome {
  const parkedEnd = endParked(context, gate, { step, resolution: 'no_data' });
  const openEnd = closeOpen(context, parkedEnd.gate, step);
  return {
    gate: openEnd.gate,
    transitions: [...parkedEnd.transitions, ...openEnd.transitions],
    notifications: [...parkedEnd.notifications, ...openEnd.notifications],
  };
}

function closeOpen(context: GateContext, gate: GateState, step: number): GateOutcome {
  const { open } = gate;
  if (open === null) return { gate, transitions: [], notifications: [] };
  if (open.state === 'firing') {
    return resolveAlert(context, gate, { firing: open, step, resolution: 'no_data', input: null });
  }
  return {
    gate: { ...gate, overs: [], open: null, peakRaw: 0 },
    transitions: [{ alert: open, from: 'pending', to: 'discarded', step }],
    notifications: [],
  };
}

/** Whether an alert of the entity is pending or firing, or a shift of it was laid aside. */
export function hasOpen({ open, shift }: GateState): boolean {
  return open !== null || (shift !== null && shift !== undefined);
}
