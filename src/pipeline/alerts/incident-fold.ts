import type { AlertGrouping } from '../../core/detector.ts';
import type { Labels } from '../../core/sample.ts';
import type { Alert, AlertTransition } from '../effects.ts';
import { beginIncident, type Joining } from './begin-incident.ts';
import { HeldIncidents, type Held } from './held-incidents.ts';
import { soonestUpdate, UPDATE_AFTER_MS, type IncidentPace } from './incident-due.ts';
import { groupingOf } from './incident-group.ts';
import type { Incident, IncidentNotification, IncidentUpdate, OpenIncident } from './incident.ts';
import { isFault } from './is-fault.ts';
import { joinIncident } from './join-incident.ts';
import { endMember, loseMember } from './leave-incident.ts';
import { incidentMessages } from './incident-messages.ts';

/** More members than that make another incident: memory and messages stay bounded. */
export const MOST_MEMBERS = 5_000;

/** Where incidents' changes and messages go. */
export interface IncidentSink {
  readonly incidents: IncidentUpdate[];
  readonly incidentNotifications: IncidentNotification[];
}

/** What it needs of a detector. */
export interface FoldSpec {
  readonly name: string;
  readonly stepMs: number;
  readonly cohort: readonly string[];
  readonly alert: { readonly grouping?: AlertGrouping };
}

/**
 * A detector's incidents as a fold over its alerts' transitions. Its clock is the newest time of a Kafka record known when the
 * alert's step closed, and whatever is due by then is told before the transition counts: so messages, too, are the same
 * however the stream was cut into batches. What an alert that fires joins: the newest incident of its group that is not over,
 * if it fires within `intervalMs` of that one's newest member.
 *
 * What has joined since the last message is told at the latest `intervalMs` after it, or `waitMs` after joining if that is later: so
 * a trickle makes one message an `intervalMs`. Sooner, a minute after the last message, it is told when the members have doubled, and
 * when nothing that was told fires any more, the n-th time after n minutes: so members that relieve each other end at the same pace.
 */
export class IncidentFold {
  readonly #stepMs: number;
  readonly #waitMs: number;
  readonly #intervalMs: number;
  readonly #held = new HeldIncidents();
  #clockMs = -Infinity;

  constructor(spec: FoldSpec, restored: readonly OpenIncident[] = []) {
    const { waitMs, intervalMs } = groupingOf(spec);
    this.#stepMs = spec.stepMs;
    this.#waitMs = waitMs;
    this.#intervalMs = intervalMs;
    const inOrder = [...restored].sort((a, b) => a.incident.openedStep - b.incident.openedStep);
    for (const { incident, alerts } of inOrder) {
      this.#held.hold({ incident, members: new Map(alerts.map((alert) => [alert.id, alert])) });
    }
  }

  /** Those that have something to tell, with how far off that is, ms. */
  waiting(): { readonly id: string; readonly waitMs: number }[] {
    return this.#held.all().flatMap(({ incident: { id, dueMs, told, firing } }) => {
      if (dueMs === null) return [];
      // After a restart the clock may not have begun yet.
      const isUpdate = told > 0 && firing > 0;
      const most = isUpdate ? Math.max(this.#waitMs, UPDATE_AFTER_MS, this.#intervalMs) : this.#waitMs;
      return [{ id, waitMs: dueMs > this.#clockMs ? Math.min(most, dueMs - this.#clockMs) : 0 }];
    });
  }

  /** All that are not over. */
  open(): OpenIncident[] {
    return this.#held.all().map(({ incident, members }) => ({ incident, alerts: [...members.values()] }));
  }

  /**
   * Takes a transition of an alert in `group` that came about at `clockMs`; of a fault of the telemetry, whatever its group is, with
   * the number of the detector's entities.
   */
  take(
    { alert, from, to, step }: AlertTransition,
    at: { readonly group: Labels; readonly clockMs: number; readonly entities?: number },
    sink: IncidentSink,
  ): void {
    this.release(at.clockMs, sink);
    const held = this.#held.ofAlert(alert.id);
    if (to === 'firing' && held?.incident.deliver === alert.notified) held.members.set(alert.id, alert);
    else if (to === 'firing') {
      // People are told of it after all: what was only on record goes on without it.
      if (held !== undefined) this.#leave(held, alert.id, sink);
      const fault = isFault(alert) ? { kind: alert.kind, entities: at.entities ?? 0 } : undefined;
      this.#join(alert, { group: fault === undefined ? at.group : {}, fault, step }, sink);
    } else if (to === 'resolved' && from === 'firing' && held !== undefined) {
      held.members.set(alert.id, alert);
      this.#change(held, endMember(this.#pace, held, step), { joined: [], sink });
    }
  }

  /**
   * An alert that goes on is to be told again: its incident is, unless it was told within `sinceMs` or will be anyway. Told by the
   * incident, a storm that lasts is one reminder.
   */
  remind(
    alert: Alert,
    at: { readonly step: number; readonly clockMs: number; readonly sinceMs: number },
    sink: IncidentSink,
  ): void {
    this.release(at.clockMs, sink);
    const held = this.#held.ofAlert(alert.id);
    if (held === undefined) return;
    const { dueMs, toldAtMs, deliver } = held.incident;
    if (!deliver || dueMs !== null || toldAtMs === null || this.#clockMs - toldAtMs < at.sinceMs) return;
    held.members.set(alert.id, alert);
    held.incident = { ...held.incident, dueMs: this.#clockMs };
    this.#tell(held, sink, at.step);
  }

  /**
   * An alert has become a shift: news of its incident, once, as it is often a whole fleet that shifts, one member a little after
   * the other. It waits as a beginning does; the later ones are in the incident's next message.
   */
  shifted(alertId: string, clockMs: number, sink: IncidentSink): void {
    this.release(clockMs, sink);
    const held = this.#held.ofAlert(alertId);
    if (held === undefined) return;
    const { dueMs, shift, deliver } = held.incident;
    if (!deliver || shift !== undefined) return;
    const due = { shift: 'due' as const, dueMs: dueMs ?? soonestUpdate(this.#pace, held.incident) };
    this.#change(held, { ...held.incident, ...due }, { joined: [], sink });
  }

  /** Tells what is due by `clockMs`. */
  release(clockMs: number, sink: IncidentSink): void {
    this.#clockMs = Math.max(this.#clockMs, clockMs);
    const due = this.#held
      .all()
      .filter(({ incident: { dueMs } }) => dueMs !== null && dueMs <= this.#clockMs)
      .sort(
        (a, b) =>
          (a.incident.dueMs ?? 0) - (b.incident.dueMs ?? 0) || (a.incident.id < b.incident.id ? -1 : 1),
      );
    for (const held of due) this.#tell(held, sink);
  }

  /** Tells now what an incident has to tell, however far off that is: so long has passed by the wall clock. */
  tell(id: string, sink: IncidentSink): void {
    const held = this.#held.byId(id);
    if (held !== undefined && held.incident.dueMs !== null) this.#tell(held, sink);
  }

  #join(alert: Alert, joining: Joining, sink: IncidentSink): void {
    const { group, fault, step } = joining;
    const newest = this.#held.newest({ group, fault, deliver: alert.notified });
    const held =
      newest !== undefined &&
      step - newest.incident.newestStep <= this.#intervalMs / this.#stepMs &&
      newest.members.size < MOST_MEMBERS
        ? newest
        : this.#begin(alert, joining);
    this.#held.join(held, alert);
    const joined = joinIncident(this.#pace, held, { alertId: alert.id, fault, step });
    this.#change(held, joined, { joined: [alert.id], sink });
  }

  #begin(alert: Alert, joining: Joining): Held {
    const held = { incident: beginIncident(alert, joining, this.#pace), members: new Map<string, Alert>() };
    this.#held.hold(held);
    return held;
  }

  #leave(held: Held, alertId: string, sink: IncidentSink): void {
    this.#held.leave(held, alertId);
    this.#change(held, loseMember(this.#pace, held.incident, alertId), { joined: [], sink });
  }

  #tell(held: Held, sink: IncidentSink, atStep?: number): void {
    const time = { clockMs: this.#clockMs, stepMs: this.#stepMs, ...(atStep !== undefined && { atStep }) };
    for (const { incident, notification } of incidentMessages(held, time)) {
      this.#change(held, incident, { joined: [], sink });
      sink.incidentNotifications.push(notification);
    }
  }

  /** What due times are reckoned by. */
  get #pace(): IncidentPace {
    return { clockMs: this.#clockMs, waitMs: this.#waitMs, intervalMs: this.#intervalMs };
  }

  #change(
    held: Held,
    incident: Incident,
    { joined, sink }: { readonly joined: readonly string[]; readonly sink: IncidentSink },
  ): void {
    held.incident = incident;
    sink.incidents.push({ incident, joined });
    if (incident.state === 'resolved') this.#held.drop(held);
  }
}
