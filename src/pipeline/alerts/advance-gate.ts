import type { Alert, AlertNotification, AlertResolution, AlertTransition, ScoredStep } from '../effects.ts';
import type { GateContext, GateInput, GateOutcome, GateState, OverStep } from './gate-state.ts';
import { hasLeft, isWake, wakeAt, wakeOf } from './incident-wake.ts';
import { overStep, pendingAlert, raisePeak, recentOf } from './open-alert.ts';

const quietStepsToResolve = 5;
/**
 * Steps without a score that end an alert: more than a gap of `absent_after` (5) and the shortest window's warm-up
 * (4) together, so that a scrape gap in an incident does not make two alerts of it.
 */
const unscoredStepsToResolve = 10;

interface StepOutcome extends GateOutcome {
  readonly transitions: AlertTransition[];
  readonly notifications: AlertNotification[];
}

const stepEndMs = (context: GateContext, step: number): number => (step + 1) * context.spec.stepMs;

const isDeliverable = (context: GateContext, alert: Alert, input: GateInput): boolean =>
  context.spec.mode === 'alert' &&
  !alert.provisional &&
  input.newestKnownMs - stepEndMs(context, input.step) <= context.maxAlertAgeMs &&
  context.isQuiet?.(stepEndMs(context, input.step)) !== true;

const sameCulprit = (before: Alert | null, now: Alert): before is Alert =>
  before !== null && before.contributions[0]?.feature === now.contributions[0]?.feature;

const isNonEmpty = (overs: readonly OverStep[]): overs is readonly [OverStep, ...OverStep[]] =>
  overs.length > 0;

function resolve(
  context: GateContext,
  gate: GateState,
  end: {
    readonly firing: Alert;
    readonly step: number;
    readonly resolution: AlertResolution;
    readonly input: GateInput | null;
  },
): StepOutcome {
  const { firing, step, resolution, input } = end;
  const recent = recentOf(firing, input);
  const alert: Alert = { ...firing, state: 'resolved', resolvedStep: step, resolution, recent };
  const scored = input?.scored ?? null;
  const wake = resolution === 'recovered' && scored !== null ? wakeOf(context, firing, scored) : null;
  return {
    gate: { ...gate, overs: [], open: null, peakRaw: 0, quietSteps: 0, unscoredSteps: 0, wake },
    transitions: [{ alert, from: 'firing', to: 'resolved', step }],
    // A resolution follows its own alert only, however late: a receiver must not be left with an open incident.
    notifications: [{ alert, event: 'resolved', atMs: stepEndMs(context, step), deliver: firing.notified }],
  };
}

/** No alert or a pending one: `over` is the step's record if it counts, `input` is null for a step never seen. */
function advanceWaiting(
  context: GateContext,
  gate: GateState,
  now: { readonly step: number; readonly over: OverStep | null; readonly input: GateInput | null },
): StepOutcome {
  const { steps, of } = context.spec.alert.confirm;
  const { step, over, input } = now;
  const inWindow = gate.overs.filter((earlier) => earlier.step > step - of);
  const overs = over === null ? inWindow : [...inWindow, over];
  const transitions: AlertTransition[] = [];
  const before = gate.open;
  const goesOn = before !== null && overs[0]?.step === before.firstStepOver;
  // Its first step left the window: what may follow is another alert, whose onset is not older than `confirm.of`.
  if (before !== null && !goesOn) transitions.push({ alert: before, from: 'pending', to: 'discarded', step });
  const idle: GateState = { ...gate, overs, open: null, peakRaw: 0, quietSteps: 0, unscoredSteps: 0 };
  if (!isNonEmpty(overs)) return { gate: idle, transitions, notifications: [] };

  const { alert: made, peakRaw } = pendingAlert(context, overs);
  const known: Alert = { ...made, recent: sameCulprit(before, made) ? before.recent : [] };
  const pending: Alert = { ...known, recent: recentOf(known, over === null ? null : input) };
  if (!goesOn) transitions.push({ alert: pending, from: null, to: 'pending', step });
  const waiting = { ...idle, open: pending, peakRaw };
  // The gates judge the alert, not each step: a forecast that has caught up no longer shows the change.
  const confirmed = overs.length >= steps && overs.some(({ wanted }) => wanted);
  if (over === null || input === null || !confirmed) return { gate: waiting, transitions, notifications: [] };

  const deliver = isDeliverable(context, pending, input);
  const alert: Alert = { ...pending, state: 'firing', firedStep: step, notified: deliver };
  transitions.push({ alert, from: 'pending', to: 'firing', step });
  return {
    gate: { ...waiting, overs: [], open: alert },
    transitions,
    notifications: [{ alert, event: 'firing', atMs: stepEndMs(context, step), deliver }],
  };
}

/** A firing alert that is over once more: its peak may rise, and what could not be delivered at first may be now. */
function advanceOver(
  context: GateContext,
  gate: GateState,
  now: { firing: Alert; over: OverStep; input: GateInput },
): StepOutcome {
  const { firing, over, input } = now;
  const { peakRaw, ...peak } = raisePeak({ ...firing, peakRaw: gate.peakRaw }, over);
  const peaked: Alert = { ...firing, ...peak, lastStepOver: over.step };
  const tellNow = !firing.notified && isDeliverable(context, peaked, input);
  const alert: Alert = { ...peaked, recent: recentOf(peaked, input), notified: firing.notified || tellNow };
  const { step } = over;
  return {
    gate: { ...gate, open: alert, peakRaw, quietSteps: 0, unscoredSteps: 0 },
    transitions: tellNow ? [{ alert, from: 'firing', to: 'firing', step }] : [],
    notifications: tellNow ? [{ alert, event: 'firing', atMs: stepEndMs(context, step), deliver: true }] : [],
  };
}

function advanceFiring(
  context: GateContext,
  gate: GateState,
  now: {
    readonly firing: Alert;
    readonly step: number;
    readonly input: GateInput | null;
    readonly scored: ScoredStep | null;
  },
): StepOutcome {
  const { firing, step, scored, input } = now;
  if (scored === null) {
    const unscoredSteps = gate.unscoredSteps + 1;
    if (unscoredSteps >= unscoredStepsToResolve) {
      return resolve(context, gate, { firing, step, resolution: 'no_data', input });
    }
    return { gate: { ...gate, unscoredSteps }, transitions: [], notifications: [] };
  }
  const quiet = hasLeft(scored) || !scored.rowUnusual;
  const quietSteps = quiet ? gate.quietSteps + 1 : 0;
  if (quietSteps >= quietStepsToResolve) {
    return resolve(context, gate, { firing, step, resolution: 'recovered', input });
  }
  return { gate: { ...gate, quietSteps, unscoredSteps: 0 }, transitions: [], notifications: [] };
}

/** One step on the grid; `input` is null where the entity was silent and no step was closed for it. */
function advanceStep(
  context: GateContext,
  gate: GateState,
  now: { step: number; input: GateInput | null },
): StepOutcome {
  const { step, input } = now;
  const scored = input?.scored ?? null;
  const over = input !== null && scored?.over === true ? overStep(context, scored, input) : null;
  const firing = gate.open?.state === 'firing' ? gate.open : null;
  if (firing === null) {
    const wake = wakeAt(gate.wake, step, scored);
    const news = over !== null && isWake(wake, over) ? null : over;
    return advanceWaiting(context, { ...gate, wake }, { step, over: news, input });
  }
  if (over !== null && input !== null) return advanceOver(context, gate, { firing, over, input });
  return advanceFiring(context, gate, { firing, step, input, scored });
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
  const take = (outcome: StepOutcome): void => {
    current = outcome.gate;
    transitions.push(...outcome.transitions);
    notifications.push(...outcome.notifications);
  };
  for (let step = (gate.lastStep ?? input.step) + 1; step < input.step && current.open !== null; step++) {
    take(advanceStep(context, current, { step, input: null }));
  }
  take(advanceStep(context, current, { step: input.step, input }));
  return { gate: { ...current, lastStep: input.step }, transitions, notifications };
}

/** Ends what is open of an entity that is forgotten or no longer watched, as of `step`: pending is discarded, firing resolved as `no_data`. */
export function closeGate(context: GateContext, gate: GateState, step: number): GateOutcome {
  const { open } = gate;
  if (open === null) return { gate, transitions: [], notifications: [] };
  if (open.state === 'firing') {
    return resolve(context, gate, { firing: open, step, resolution: 'no_data', input: null });
  }
  return {
    gate: { ...gate, overs: [], open: null, peakRaw: 0 },
    transitions: [{ alert: open, from: 'pending', to: 'discarded', step }],
    notifications: [],
  };
}
