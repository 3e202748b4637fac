import type { LevelAlert } from '../delivery/alertmanager-body.ts';
import { explainAlert } from '../pipeline/alerts/explain.ts';
import type { Alert, AlertTransition } from '../pipeline/effects.ts';

/** Level channels keep telling of an alert for so long after it resolved. */
const RESOLVED_SHOWN_MS = 15 * 60_000;

interface Held {
  readonly alert: Alert;
  /** Wall clock; `null` while it fires. */
  readonly resolvedAtMs: number | null;
}

/** The alerts that level channels tell of: those that fire and were notified, and for a while those that resolved. */
export class CurrentAlerts {
  readonly #held = new Map<string, Held>();
  readonly #stepMs: ReadonlyMap<string, number>;
  readonly #now: () => number;

  constructor(stepMs: ReadonlyMap<string, number>, now: () => number) {
    this.#stepMs = stepMs;
    this.#now = now;
  }

  /** Those that fired before a restart. */
  restore(alerts: readonly Alert[]): void {
    for (const alert of alerts) this.#hold(alert);
  }

  apply(transitions: readonly AlertTransition[]): void {
    if (transitions.length === 0) return;
    for (const { alert } of transitions) this.#hold(alert);
    this.#dropOld();
  }

  list(): LevelAlert[] {
    this.#dropOld();
    const levels: LevelAlert[] = [];
    for (const { alert } of this.#held.values()) {
      const stepMs = this.#stepMs.get(alert.detector) ?? 0;
      levels.push({ alert, stepMs, text: explainAlert(alert, stepMs) });
    }
    return levels;
  }

  #dropOld(): void {
    const sinceMs = this.#now() - RESOLVED_SHOWN_MS;
    for (const [id, { resolvedAtMs }] of this.#held) {
      if (resolvedAtMs !== null && resolvedAtMs < sinceMs) this.#held.delete(id);
    }
  }

  #hold(alert: Alert): void {
    if (!alert.notified || alert.state === 'pending') return;
    this.#held.set(alert.id, { alert, resolvedAtMs: alert.state === 'resolved' ? this.#now() : null });
  }
}
