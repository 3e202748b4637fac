import type { AlertSpec } from '../../core/detector.ts';
import type { Alert, AlertNotification } from '../effects.ts';
import type { GateContext, GateInput, GateState, Telling } from './gate-state.ts';

/** That a level stays is known: so long, ms, passes at least until it is told again. */
const SHIFT_REPEAT_MS = 86_400_000;

/** After how long a firing alert is told again, ms: `repeat_interval`, of a shift a day at least; Infinity: never. */
export function repeatAfterMs(
  { alert: { repeatIntervalMs } }: { readonly alert: Pick<AlertSpec, 'repeatIntervalMs'> },
  { kind }: Pick<Alert, 'kind'>,
): number {
  if (repeatIntervalMs === 0) return Infinity;
  return kind === 'shift' ? Math.max(repeatIntervalMs, SHIFT_REPEAT_MS) : repeatIntervalMs;
}

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

/** Of a delivered alert in a state of an earlier version, which does not know when people were told: when it fired. */
export const firstTelling = ({ firedStep, firstStepOver }: Alert): Telling => ({
  step: firedStep ?? firstStepOver,
  repeats: 0,
});

/**
 * What is to be told at a scored step of an alert that goes on: the first time if that was not possible before, else again once
 * its time to be repeated has come; `null`: nothing. `isNews`: no mere reminder.
 */
export function tellAgain(
  context: GateContext,
  gate: Pick<GateState, 'told'>,
  { alert, input }: { readonly alert: Alert; readonly input: Pick<GateInput, 'step' | 'newestKnownMs'> },
): { readonly told: Telling; readonly notification: AlertNotification; readonly isNews: boolean } | null {
  const { spec } = context;
  const { step } = input;
  const atMs = stepEndMs(context, step);
  if (!isDeliverable(context, alert, input)) return null;
  const notification: AlertNotification = { alert, event: 'firing', atMs, deliver: true };
  if (!alert.notified) {
    const told = { step, repeats: 0 };
    return { told, notification: { ...notification, alert: { ...alert, notified: true } }, isNews: true };
  }
  const last = gate.told ?? firstTelling(alert);
  const owesShift = last.owesShift === true;
  if (!owesShift && (step - last.step) * spec.stepMs < repeatAfterMs(spec, alert)) return null;
  const told = { step, repeats: last.repeats + 1 };
  return { told, notification: { ...notification, repeat: told.repeats }, isNews: owesShift };
}
