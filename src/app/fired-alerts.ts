import type { Alert, Effects } from '../pipeline/effects.ts';

/** What tells of alerts. */
type Told = Pick<Effects, 'transitions'>;

/** While an alert fired. */
export interface FiredSpan {
  readonly entity: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly alert: Alert;
}

/** Each alert that fired as it was last. */
export function firedAlerts(seen: readonly Told[]): Alert[] {
  const fired = new Map<string, Alert>();
  for (const { transitions } of seen) {
    for (const { alert, to } of transitions)
      if (to === 'firing' || to === 'resolved') fired.set(alert.id, alert);
  }
  return [...fired.values()];
}

/**
 * Alerts with their spans, oldest first: from the step that confirmed it to the last over, or to the end of what was seen. Of a
 * shift that stays it ends when it became one: it says nothing of what comes after.
 */
export function firedSpans(seen: readonly Told[], stepMs: number, endMs: number): FiredSpan[] {
  return firedAlerts(seen)
    .map((alert) => ({
      entity: alert.entity,
      startMs: (alert.firedStep ?? alert.firstStepOver) * stepMs,
      endMs: alert.state === 'firing' && alert.kind !== 'shift' ? endMs : alert.lastStepOver * stepMs,
      alert,
    }))
    .sort((a, b) => a.startMs - b.startMs);
}
