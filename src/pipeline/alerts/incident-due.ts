import type { Alert } from '../effects.ts';
import type { Incident } from './incident.ts';
import { untoldOf } from './members-told.ts';

/** What has grown is told again at the soonest after this, ms: the rest of a storm is then in one message. */
export const UPDATE_AFTER_MS = 60_000;
/** It is told again so soon when it has so many times the members that were told: a storm of any size makes few messages. */
const UPDATE_GROWTH = 2;

/** An incident that is not over, with its members by id. */
export interface HeldIncident {
  readonly incident: Incident;
  readonly members: ReadonlyMap<string, Alert>;
}

/** What due times are reckoned by: the records' clock, `group_wait` and `group_interval`, ms. */
export interface IncidentPace {
  readonly clockMs: number;
  readonly waitMs: number;
  readonly intervalMs: number;
}

/** When an incident is to be told that a member has just joined; `null`: nothing is to be told. */
export function dueAfterJoining(pace: IncidentPace, held: HeldIncident): number | null {
  const { incident } = held;
  const { told, alerts, firing, toldAlerts, dueMs } = incident;
  if (told === 0) return dueMs;
  const latest = noSooner(pace, incident, pace.intervalMs);
  // What was to be told of an incident without a firing member is its end.
  const due = Math.min(firing > 1 ? (dueMs ?? Infinity) : Infinity, latest, dueIfAllUntold(pace, held));
  if (alerts < UPDATE_GROWTH * toldAlerts) return due;
  // As long as they go on coming in it waits for them, but not for ever.
  const soonest = soonestUpdate(pace, incident);
  return soonest < latest ? soonest : due;
}

/** When it is to be told that nothing of what people know fires any more, but something else does; `Infinity`: not so. */
export function dueIfAllUntold(pace: IncidentPace, { incident, members }: HeldIncident): number {
  const untold = untoldOf(incident);
  if (untold === null || untold.size < incident.firing) return Infinity;
  const firing = [...untold].filter((id) => members.get(id)?.state === 'firing').length;
  if (firing < incident.firing) return Infinity;
  return noSooner(pace, incident, Math.min(pace.intervalMs, incident.told * UPDATE_AFTER_MS));
}

/** When an update may go out. */
export function soonestUpdate(pace: IncidentPace, incident: Incident): number {
  return noSooner(pace, incident, UPDATE_AFTER_MS);
}

/** The sooner of two due times; `null` and `Infinity`: never. */
export function sooner(dueMs: number | null, otherMs: number): number | null {
  return otherMs === Infinity ? dueMs : Math.min(dueMs ?? Infinity, otherMs);
}

/** So long after the last message; what comes along within the wait is in it. */
function noSooner({ clockMs, waitMs }: IncidentPace, { toldAtMs }: Incident, afterMs: number): number {
  return Math.max((toldAtMs ?? -Infinity) + afterMs, clockMs + waitMs);
}
