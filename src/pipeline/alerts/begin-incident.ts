import type { Labels } from '../../core/sample.ts';
import type { Alert } from '../effects.ts';
import type { IncidentPace } from './incident-due.ts';
import { incidentId } from './incident-id.ts';
import type { Incident } from './incident.ts';

/** How an alert comes to an incident: with which shared labels, as which fault of the telemetry if it is one, and in which step. */
export interface Joining {
  readonly group: Labels;
  readonly fault: Incident['fault'];
  readonly step: number;
}

/** The incident that an alert opens, before it has joined: nothing is told until `group_wait` is over. */
export function beginIncident(
  alert: Alert,
  { group, fault, step }: Joining,
  { clockMs, waitMs }: IncidentPace,
): Incident {
  const { detector, entity, notified: deliver } = alert;
  return {
    id: incidentId({ detector, group, deliver, alertId: alert.id }),
    detector,
    entity,
    group,
    deliver,
    state: 'waiting',
    openedStep: step,
    newestStep: step,
    resolvedStep: null,
    alerts: 0,
    firing: 0,
    dueMs: clockMs + waitMs,
    told: 0,
    toldAlerts: 0,
    toldAtMs: null,
    ...(fault !== undefined && { fault }),
  };
}
