import type { Alert, AlertNotification } from '../effects.ts';
import type { GateContext, GateInput, GateState, Telling } from './gate-state.ts';

/** End of a step, event time in ms. */
export const stepEndMs = (context: GateContext, step: number): number => (step + 1) * context.spec.stepMs;

/** Whether people are to be told of a firing alert at this step: neither observe mode, nor provisional, nor too old, nor a quiet time. */
export const isDeliverable = (
  context: GateContext,
  alert: Alert,
  input: Pick<GateInput, 'step' | 'newestKnownMs'>,
): boolean =>
  context.spec.mode === 'alert' &&
  !alert.provisional &&
  input.newestKnownMs - stepEndMs(context, input.step) <= context.maxAlertAgeMs &&
  context.isQuiet?.(stepEndMs(context, input.step)) !== true;

/**
 * What is to be told at a scored step of an alert that goes on: the first time if that was not possible before, else again once
 * `repeat_interval` has passed; `null`: nothing.
 */
export function tellAgain(
  context: GateContext,
  gate: Pick<GateState, 'told'>,
  { alert, input }: { readonly alert: Alert; readonly input: Pick<GateInput, 'step' | 'newestKnownMs'> },
): { readonly told: Telling; readonly notification: AlertNotification } | null {
  const { repeatIntervalMs } = context.spec.alert;
  const { step } = input;
  const atMs = stepEndMs(context, step);
  if (!isDeliverable(context, alert, input)) return null;
  const notification: AlertNotification = { alert, event: 'firing', atMs, deliver: true };
  if (!alert.notified) {
    const told = { step, repeats: 0 };
    return { told, notification: { ...notification, alert: { ...alert, notified: true } } };
  }
  // A state of an earlier version does not know when people were told: when it fired.
  const last = gate.told ?? { step: alert.firedStep ?? alert.firstStepOver, repeats: 0 };
  if (repeatIntervalMs === 0 || (step - last.step) * context.spec.stepMs < repeatIntervalMs) return null;
  const told = { step, repeats: last.repeats + 1 };
  return { told, notification: { ...notification, repeat: told.repeats } };
}
