import type { Joining } from './begin-incident.ts';
import { dueAfterJoining, type HeldIncident, type IncidentPace } from './incident-due.ts';
import type { Incident } from './incident.ts';
import { untoldWith, withUntold } from './members-told.ts';

/** An incident once an alert that fires has joined; `members` has it already. */
export function joinIncident(
  pace: IncidentPace,
  { incident, members }: HeldIncident,
  { alertId, fault, step }: Pick<Joining, 'fault' | 'step'> & { readonly alertId: string },
): Incident {
  const joined: Incident = {
    ...incident,
    newestStep: Math.max(incident.newestStep, step),
    alerts: incident.alerts + 1,
    firing: incident.firing + 1,
    ...(fault !== undefined && { fault }),
  };
  const grown = withUntold(joined, untoldWith(joined, alertId));
  return { ...grown, dueMs: dueAfterJoining(pace, { incident: grown, members }) };
}
