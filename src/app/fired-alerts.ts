import type { Alert, Effects } from '../pipeline/effects.ts';

/** Each alert that fired as it was last. */
export function firedAlerts(seen: readonly Effects[]): Alert[] {
  const fired = new Map<string, Alert>();
  for (const { transitions } of seen) {
    for (const { alert, to } of transitions)
      if (to === 'firing' || to === 'resolved') fired.set(alert.id, alert);
  }
  return [...fired.values()];
}
