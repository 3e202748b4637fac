import type { AlertFacts } from '../delivery/alert-message.ts';
import type { LevelAlert } from '../delivery/alertmanager-body.ts';
import type { IncidentUpdate } from '../pipeline/alerts/incident.ts';
import type { Alert, AlertTransition } from '../pipeline/effects.ts';
import { alertmanagerLabels } from './alert-identity.ts';

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
  /** By alert; of all that fire, since what is only on record may yet be told. */
  readonly #incidents = new Map<string, string>();
  readonly #factsOf: (alert: Alert) => AlertFacts;
  readonly #now: () => number;

  constructor(factsOf: (alert: Alert) => AlertFacts, now: () => number) {
    this.#factsOf = factsOf;
    this.#now = now;
  }

  /** Those that fired before a restart. */
  restore(alerts: readonly { readonly alert: Alert; readonly incidentId: string | null }[]): void {
    for (const { alert, incidentId } of alerts) {
      if (incidentId !== null) this.#incidents.set(alert.id, incidentId);
      this.#hold(alert);
    }
  }

  apply(transitions: readonly AlertTransition[], incidents: readonly IncidentUpdate[] = []): void {
    for (const { incident, joined } of incidents) {
      for (const alertId of joined) this.#incidents.set(alertId, incident.id);
    }
    if (transitions.length === 0) return;
    for (const { alert } of transitions) this.#hold(alert);
    this.#dropOld();
  }

  list(): LevelAlert[] {
    this.#dropOld();
    return [...this.#held.values()].map(({ alert }) => {
      const incidentId = this.#incidents.get(alert.id) ?? null;
      const facts = { ...this.#factsOf(alert), incidentId };
      return { alert, facts, labels: alertmanagerLabels(alert) };
    });
  }

  #dropOld(): void {
    const sinceMs = this.#now() - RESOLVED_SHOWN_MS;
    for (const [id, { resolvedAtMs }] of this.#held) {
      if (resolvedAtMs === null || resolvedAtMs >= sinceMs) continue;
      this.#held.delete(id);
      this.#incidents.delete(id);
    }
  }

  #hold(alert: Alert): void {
    if (!alert.notified && alert.state === 'resolved') this.#incidents.delete(alert.id);
    if (!alert.notified || alert.state === 'pending') return;
    this.#held.set(alert.id, { alert, resolvedAtMs: alert.state === 'resolved' ? this.#now() : null });
  }
}
