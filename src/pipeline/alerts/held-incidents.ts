import type { Alert } from '../effects.ts';
import type { HeldIncident } from './incident-due.ts';
import type { Incident } from './incident.ts';

/** An incident that is not over, with its members by alert id, as they change. */
export interface Held extends HeldIncident {
  incident: Incident;
  readonly members: Map<string, Alert>;
}

/** A detector's incidents that are not over: by id, by the alerts that are in them, and the newest of each group. */
export class HeldIncidents {
  readonly #byId = new Map<string, Held>();
  readonly #ofAlert = new Map<string, Held>();
  /** The incident that alerts of a group join, by `groupKey`. */
  readonly #newest = new Map<string, Held>();

  /** In the order of their beginnings. */
  all(): Held[] {
    return [...this.#byId.values()];
  }

  byId(id: string): Held | undefined {
    return this.#byId.get(id);
  }

  ofAlert(alertId: string): Held | undefined {
    return this.#ofAlert.get(alertId);
  }

  /** Of the group of what is given. */
  newest(of: GroupIdentity): Held | undefined {
    return this.#newest.get(groupKey(of));
  }

  /** Takes one in, which becomes the newest of its group. */
  hold(held: Held): void {
    this.#byId.set(held.incident.id, held);
    this.#newest.set(groupKey(held.incident), held);
    for (const alertId of held.members.keys()) this.#ofAlert.set(alertId, held);
  }

  join(held: Held, alert: Alert): void {
    held.members.set(alert.id, alert);
    this.#ofAlert.set(alert.id, held);
  }

  leave(held: Held, alertId: string): void {
    held.members.delete(alertId);
    this.#ofAlert.delete(alertId);
  }

  /** Lets one go that is over. */
  drop(held: Held): void {
    this.#byId.delete(held.incident.id);
    for (const id of held.members.keys()) this.#ofAlert.delete(id);
    const key = groupKey(held.incident);
    if (this.#newest.get(key) === held) this.#newest.delete(key);
  }
}

type GroupIdentity = Pick<Incident, 'group' | 'deliver'> & {
  readonly fault?: Incident['fault'] | undefined;
};

function groupKey({ group, deliver, fault }: GroupIdentity): string {
  return JSON.stringify([deliver, Object.entries(group), fault?.kind ?? null]);
}
