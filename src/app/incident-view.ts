import { rankAlerts } from '../pipeline/alerts/rank-members.ts';
import type { Alert } from '../pipeline/effects.ts';
import type { IncidentView } from '../server/views/incident-view.ts';
import type { IncidentRecord } from '../store/incident-repository.ts';

/** An incident as the API shows it, with at most `most` of its alerts, the likeliest first cause on top. */
export function incidentView(
  { incident, stepMs }: IncidentRecord,
  alerts: readonly Alert[],
  most: number,
): IncidentView {
  const { id, detector, group, state, deliver, openedStep, resolvedStep, firing, told } = incident;
  const isoTime = (step: number): string => new Date(step * stepMs).toISOString();
  const ranked = rankAlerts(alerts, stepMs);
  const first = Math.min(openedStep, ...alerts.map(({ firstStepOver }) => firstStepOver));
  return {
    id,
    detector,
    group,
    state,
    deliver,
    since: isoTime(first),
    resolvedAt: state === 'resolved' && resolvedStep !== null ? isoTime(resolvedStep + 1) : null,
    alerts: incident.alerts,
    firing,
    messages: told,
    members: ranked.slice(0, most).map((alert) => ({
      id: alert.id,
      entity: alert.entity,
      kind: alert.kind,
      state: alert.state,
      since: isoTime(alert.firstStepOver),
      score: alert.peakScore,
      feature: alert.contributions[0]?.feature ?? null,
    })),
  };
}
