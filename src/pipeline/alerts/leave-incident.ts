import { dueIfAllUntold, sooner, type HeldIncident, type IncidentPace } from './incident-due.ts';
import type { Incident } from './incident.ts';
import { withUntold } from './members-told.ts';

/**
 * An incident once a member has ended in a step; `members` has it as it ended. The end of the last one waits as the beginning does: an alert
 * that fires meanwhile goes on with the same incident.
 */
export function endMember(pace: IncidentPace, { incident, members }: HeldIncident, step: number): Incident {
  const firing = incident.firing - 1;
  const left = { ...incident, firing, resolvedStep: Math.max(incident.resolvedStep ?? step, step) };
  const dueMs = isOver(left)
    ? pace.clockMs + pace.waitMs
    : sooner(incident.dueMs, dueIfAllUntold(pace, { incident: left, members }));
  return { ...left, dueMs };
}

/** An incident without a member that goes on elsewhere; one that has no other is over, and nothing is told of that. */
export function loseMember(pace: IncidentPace, incident: Incident, alertId: string): Incident {
  const untold = incident.untold?.filter((id) => id !== alertId) ?? [];
  const wasTold = incident.told > 0 && untold.length === (incident.untold?.length ?? 0);
  const fewer: Incident = {
    ...incident,
    alerts: incident.alerts - 1,
    firing: incident.firing - 1,
    toldAlerts: incident.toldAlerts - (wasTold ? 1 : 0),
  };
  const left = withUntold(fewer, untold);
  if (left.alerts === 0) return { ...left, dueMs: null, state: 'resolved' };
  return isOver(left) ? { ...left, dueMs: pace.clockMs + pace.waitMs } : left;
}

/** Whether what is left to tell is the end. */
const isOver = ({ firing, told }: Incident): boolean => firing === 0 && told > 0;
