import type { Alert, AlertTransition } from '../effects.ts';
import type { GateContext, GateInput, GateOutcome, GateState, OverStep } from './gate-state.ts';
import { pendingAlert, recentOf } from './open-alert.ts';
import { isDeliverable, stepEndMs } from './tell.ts';

const sameCulprit = (before: Alert | null, now: Alert): before is Alert =>
  before !== null && before.contributions[0]?.feature === now.contributions[0]?.feature;

const isNonEmpty = (overs: readonly OverStep[]): overs is readonly [OverStep, ...OverStep[]] =>
  overs.length > 0;

function barOf({ scored, threshold }: GateInput): NonNullable<GateState['bar']> | null {
  return scored === null || threshold === undefined
    ? null
    : { raw: threshold, modelVersion: scored.modelVersion };
}

/** What an alert that fires now bears for life if a shift was laid aside. */
function besideOf({ shift }: GateState): Pick<Alert, 'beside'> {
  if (shift === null || shift === undefined) return {};
  return { beside: shift.alert.beside === 'shift' ? 'later_shift' : 'shift' };
}

/** No alert or a pending one: `over` is the step's record if it counts, `input` is null for a step never seen. */
export function advanceWaiting(
  context: GateContext,
  gate: GateState,
  now: { readonly step: number; readonly over: OverStep | null; readonly input: GateInput | null },
): GateOutcome {
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
  const alert: Alert = { ...pending, ...besideOf(gate), state: 'firing', firedStep: step, notified: deliver };
  transitions.push({ alert, from: 'pending', to: 'firing', step });
  return {
    gate: {
      ...waiting,
      overs: [],
      open: alert,
      told: deliver ? { step, repeats: 0 } : null,
      bar: barOf(input),
    },
    transitions,
    notifications: [{ alert, event: 'firing', atMs: stepEndMs(context, step), deliver }],
  };
}
