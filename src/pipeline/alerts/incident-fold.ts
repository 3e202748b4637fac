import type { AlertGrouping } from '../../core/detector.ts';
import type { Labels } from '../../core/sample.ts';
import { newestStepEndedBy, stepEndMs } from '../../core/step-grid.ts';
import type { Alert, AlertTransition } from '../effects.ts';
import {
  dueAfterJoining,
  dueIfAllUntold,
  sooner,
  soonestUpdate,
  UPDATE_AFTER_MS,
  type IncidentPace,
} from './incident-due.ts';
import { groupingOf } from './incident-group.ts';
import { incidentId } from './incident-id.ts';
import {
  MEMBERS_TOLD,
  type Incident,
  type IncidentNotification,
  type IncidentUpdate,
  type OpenIncident,
} from './incident.ts';
import { isFault } from './is-fault.ts';
import { inOrderOfNews, untoldOf, untoldWith } from './members-told.ts';
import { rankAlerts } from './rank-members.ts';

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

interface Open {
  incident: Incident;
  readonly members: Map<string, Alert>;
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
  readonly #spec: Pick<FoldSpec, 'name' | 'stepMs'>;
  readonly #waitMs: number;
  readonly #intervalMs: number;
  readonly #intervalSteps: number;
  readonly #open = new Map<string, Open>();
  readonly #ofAlert = new Map<string, Open>();
  /** The incident that alerts of a group join, by group. */
  readonly #newest = new Map<string, Open>();
  #clockMs = -Infinity;

  constructor(spec: FoldSpec, restored: readonly OpenIncident[] = []) {
    const { waitMs, intervalMs } = groupingOf(spec);
    this.#spec = spec;
    this.#waitMs = waitMs;
    this.#intervalMs = intervalMs;
    this.#intervalSteps = intervalMs / spec.stepMs;
    const inOrder = [...restored].sort((a, b) => a.incident.openedStep - b.incident.openedStep);
    for (const { incident, alerts } of inOrder) {
      this.#hold({ incident, members: new Map(alerts.map((alert) => [alert.id, alert])) });
    }
  }

  /** Those that have something to tell, with how far off that is, ms. */
  waiting(): { readonly id: string; readonly waitMs: number }[] {
    return [...this.#open.values()].flatMap(({ incident: { id, dueMs, told, firing } }) => {
      if (dueMs === null) return [];
      // After a restart the clock may not have begun yet.
      const isUpdate = told > 0 && firing > 0;
      const most = isUpdate ? Math.max(this.#waitMs, UPDATE_AFTER_MS, this.#intervalMs) : this.#waitMs;
      return [{ id, waitMs: dueMs > this.#clockMs ? Math.min(most, dueMs - this.#clockMs) : 0 }];
    });
  }

  /** All that are not over. */
  open(): OpenIncident[] {
    return [...this.#open.values()].map(({ incident, members }) => ({
      incident,
      alerts: [...members.values()],
    }));
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
    const open = this.#ofAlert.get(alert.id);
    if (to === 'firing' && open?.incident.deliver === alert.notified) open.members.set(alert.id, alert);
    else if (to === 'firing') {
      // People are told of it after all: what was only on record goes on without it.
      if (open !== undefined) this.#leave(open, alert, sink);
      const fault = isFault(alert) ? { kind: alert.kind, entities: at.entities ?? 0 } : undefined;
      this.#join(alert, { group: fault === undefined ? at.group : {}, fault, step }, sink);
    } else if (to === 'resolved' && from === 'firing' && open !== undefined)
      this.#end(open, { alert, step }, sink);
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
    const open = this.#ofAlert.get(alert.id);
    if (open === undefined) return;
    const { dueMs, toldAtMs, deliver } = open.incident;
    if (!deliver || dueMs !== null || toldAtMs === null || this.#clockMs - toldAtMs < at.sinceMs) return;
    open.members.set(alert.id, alert);
    open.incident = { ...open.incident, dueMs: this.#clockMs };
    this.#tell(open, sink, at.step);
  }

  /**
   * An alert has become a shift: news of its incident, once, as it is often a whole fleet that shifts, one member a little after
   * the other. It waits as a beginning does; the later ones are in the incident's next message.
   */
  shifted(alertId: string, clockMs: number, sink: IncidentSink): void {
    this.release(clockMs, sink);
    const open = this.#ofAlert.get(alertId);
    if (open === undefined) return;
    const { dueMs, shift, deliver } = open.incident;
    if (!deliver || shift !== undefined) return;
    const due = { shift: 'due' as const, dueMs: dueMs ?? soonestUpdate(this.#pace, open.incident) };
    this.#change(open, { ...open.incident, ...due }, { joined: [], sink });
  }

  /** Tells what is due by `clockMs`. */
  release(clockMs: number, sink: IncidentSink): void {
    this.#clockMs = Math.max(this.#clockMs, clockMs);
    const due = [...this.#open.values()]
      .filter(({ incident: { dueMs } }) => dueMs !== null && dueMs <= this.#clockMs)
      .sort(
        (a, b) =>
          (a.incident.dueMs ?? 0) - (b.incident.dueMs ?? 0) || (a.incident.id < b.incident.id ? -1 : 1),
      );
    for (const open of due) this.#tell(open, sink);
  }

  /** Tells now what an incident has to tell, however far off that is: so long has passed by the wall clock. */
  tell(id: string, sink: IncidentSink): void {
    const open = this.#open.get(id);
    if (open !== undefined && open.incident.dueMs !== null) this.#tell(open, sink);
  }

  #join(alert: Alert, { group, fault, step }: Joining, sink: IncidentSink): void {
    const newest = this.#newest.get(groupKey({ group, fault, deliver: alert.notified }));
    const open =
      newest !== undefined &&
      step - newest.incident.newestStep <= this.#intervalSteps &&
      newest.members.size < MOST_MEMBERS
        ? newest
        : this.#begin(alert, { group, fault, step });
    const { incident, members } = open;
    members.set(alert.id, alert);
    this.#ofAlert.set(alert.id, open);
    const joined: Incident = {
      ...incident,
      newestStep: Math.max(incident.newestStep, step),
      alerts: incident.alerts + 1,
      firing: incident.firing + 1,
      ...(fault !== undefined && { fault }),
    };
    const untold = untoldWith(joined, alert.id);
    const grown = { ...withoutUntold(joined), ...(untold.length > 0 && { untold }) };
    const dueMs = dueAfterJoining(this.#pace, { incident: grown, members });
    this.#change(open, { ...grown, dueMs }, { joined: [alert.id], sink });
  }

  #begin(alert: Alert, { group, fault, step }: Joining): Open {
    const { name: detector } = this.#spec;
    const deliver = alert.notified;
    const incident: Incident = {
      id: incidentId({ detector, group, deliver, alertId: alert.id }),
      detector,
      entity: alert.entity,
      group,
      deliver,
      state: 'waiting',
      openedStep: step,
      newestStep: step,
      resolvedStep: null,
      alerts: 0,
      firing: 0,
      dueMs: this.#clockMs + this.#waitMs,
      told: 0,
      toldAlerts: 0,
      toldAtMs: null,
      ...(fault !== undefined && { fault }),
    };
    const open: Open = { incident, members: new Map() };
    this.#hold(open);
    return open;
  }

  /** What due times are reckoned by. */
  get #pace(): IncidentPace {
    return { clockMs: this.#clockMs, waitMs: this.#waitMs, intervalMs: this.#intervalMs };
  }

  #end(
    open: Open,
    { alert, step }: { readonly alert: Alert; readonly step: number },
    sink: IncidentSink,
  ): void {
    const { incident } = open;
    open.members.set(alert.id, alert);
    const firing = incident.firing - 1;
    // The end waits as the beginning does: an alert that fires meanwhile goes on with the same incident.
    const ends = firing === 0 && incident.told > 0;
    const resolvedStep = Math.max(incident.resolvedStep ?? step, step);
    const left = { ...incident, firing, resolvedStep };
    const dueMs = ends
      ? this.#clockMs + this.#waitMs
      : sooner(incident.dueMs, dueIfAllUntold(this.#pace, { ...open, incident: left }));
    this.#change(open, { ...left, dueMs }, { joined: [], sink });
  }

  #leave(open: Open, alert: Alert, sink: IncidentSink): void {
    const { incident, members } = open;
    members.delete(alert.id);
    this.#ofAlert.delete(alert.id);
    const untold = incident.untold?.filter((id) => id !== alert.id) ?? [];
    const wasTold = incident.told > 0 && untold.length === (incident.untold?.length ?? 0);
    const left: Incident = {
      ...withoutUntold(incident),
      alerts: incident.alerts - 1,
      firing: incident.firing - 1,
      toldAlerts: incident.toldAlerts - (wasTold ? 1 : 0),
      ...(untold.length > 0 && { untold }),
    };
    if (left.alerts === 0) this.#close(open, { ...left, dueMs: null, state: 'resolved' }, sink);
    else {
      const ends = left.firing === 0 && left.told > 0;
      const dueMs = ends ? this.#clockMs + this.#waitMs : left.dueMs;
      this.#change(open, { ...left, dueMs }, { joined: [], sink });
    }
  }

  #tell(open: Open, sink: IncidentSink, atStep = this.#newestStepBy(open.incident)): void {
    if (open.incident.told === 0 || open.incident.firing > 0) {
      const { alerts, told, openedStep, dueMs, shift } = open.incident;
      const untold = untoldOf(open.incident);
      const more = alerts - open.incident.toldAlerts;
      const changed = {
        ...withoutUntold(open.incident),
        state: 'firing' as const,
        told: told + 1,
        toldAlerts: alerts,
        // Not when a record showed that it was due: that depends on where a batch ended.
        toldAtMs: Math.min(dueMs ?? Infinity, this.#clockMs),
        dueMs: null,
        ...(shift !== undefined && { shift: 'told' as const }),
      };
      this.#change(open, changed, { joined: [], sink });
      const [step, ranked] = [told === 0 ? openedStep : atStep, this.#ranked(open, untold)];
      // What a message tells of stands on top of it.
      const members = shift === 'due' ? [...ranked.filter(isOpenShift), ...ranked.filter(isNoShift)] : ranked;
      const leads = members[0] !== undefined && untold?.has(members[0].id) === true;
      this.#notify(open, { event: 'firing', step, members, ...(leads && { more }) }, sink);
    }
    const { incident } = open;
    if (incident.firing > 0) return;
    const members = this.#ranked(open, untoldOf(incident));
    const over = { ...incident, state: 'resolved' as const, dueMs: null, told: incident.told + 1 };
    this.#close(open, over, sink);
    const step = incident.resolvedStep ?? incident.newestStep;
    this.#notify(open, { event: 'resolved', step, members }, sink);
  }

  /** What is told is as of the newest member, or of the time when it is due: a shift comes long after its alert. */
  #newestStepBy({ newestStep, dueMs }: Incident): number {
    if (dueMs === null) return newestStep;
    return Math.max(newestStep, newestStepEndedBy(dueMs, this.#spec.stepMs));
  }

  #ranked({ members }: Open, untold: ReadonlySet<string> | null): Alert[] {
    return inOrderOfNews(rankAlerts([...members.values()], this.#spec.stepMs), untold);
  }

  #notify(
    { incident }: Open,
    now: Pick<IncidentNotification, 'event' | 'members' | 'more'> & { readonly step: number },
    sink: IncidentSink,
  ): void {
    const { step, members, ...what } = now;
    const atMs = stepEndMs(step, this.#spec.stepMs);
    sink.incidentNotifications.push({ incident, ...what, atMs, members: members.slice(0, MEMBERS_TOLD) });
  }

  #close(open: Open, incident: Incident, sink: IncidentSink): void {
    this.#change(open, incident, { joined: [], sink });
    this.#open.delete(incident.id);
    for (const id of open.members.keys()) this.#ofAlert.delete(id);
    const key = groupKey(incident);
    if (this.#newest.get(key) === open) this.#newest.delete(key);
  }

  #change(
    open: Open,
    incident: Incident,
    { joined, sink }: { readonly joined: readonly string[]; readonly sink: IncidentSink },
  ): void {
    open.incident = incident;
    sink.incidents.push({ incident, joined });
  }

  #hold(open: Open): void {
    this.#open.set(open.incident.id, open);
    this.#newest.set(groupKey(open.incident), open);
    for (const alertId of open.members.keys()) this.#ofAlert.set(alertId, open);
  }
}

const isOpenShift = ({ kind, state }: Alert): boolean => kind === 'shift' && state === 'firing';
const isNoShift = (alert: Alert): boolean => !isOpenShift(alert);

function withoutUntold({ untold: _, ...incident }: Incident): Incident {
  return incident;
}

interface Joining {
  readonly group: Labels;
  readonly fault: Incident['fault'];
  readonly step: number;
}

function groupKey({
  group,
  deliver,
  fault,
}: Pick<Incident, 'group' | 'deliver'> & { readonly fault?: Incident['fault'] | undefined }): string {
  return JSON.stringify([deliver, Object.entries(group), fault?.kind ?? null]);
}
