import type { Incident } from '../pipeline/alerts/incident.ts';
import type { Alert } from '../pipeline/effects.ts';
import { alertMessage, type AlertFacts } from './alert-message.ts';
import type { IncidentTold } from './incident-message.ts';
import { formatLocal } from './local-time.ts';
import type { BrakeSummary, HeldIncident } from './notification-brake.ts';

/** A summary of what was held back as channels tell it: in the form of an incident whose members are the first alerts of those held back. */
export function tellSummary(summary: BrakeSummary, factsOf: (alert: Alert) => AlertFacts): IncidentTold {
  const { id, event, number, sinceMs, atMs, count, updates, named } = summary;
  const [first] = named;
  if (first === undefined) throw new Error(`summary ${id} names no incident`);
  const { lead } = first;
  const isOver = event === 'resolved';
  const since = formatLocal(sinceMs, 'UTC');
  const what = `${heldText(summary)} ${isOver ? 'had been held back since' : 'held back since'} ${since}`;
  const held = count + updates;
  const others = held - named.length;
  const lines = [
    'More incidents began or grew within an hour than delivery.max_notifications_per_hour lets through.',
    ...named.map((one) => `${one.id}: ${factsOf(one.lead).text.title}${updateText(one)}`),
    ...(others > 0 ? [`and ${others} more`] : []),
    'All are on record: "strayd alerts list", /metrics, and Alertmanager if you have one.',
  ];
  const incident: Incident = {
    id,
    detector: lead.detector,
    entity: lead.entity,
    group: {},
    deliver: true,
    state: isOver ? 'resolved' : 'firing',
    openedStep: lead.firstStepOver,
    newestStep: lead.firstStepOver,
    resolvedStep: isOver ? lead.firstStepOver : null,
    alerts: held,
    firing: isOver ? 0 : held,
    dueMs: null,
    told: number,
    toldAlerts: held,
    toldAtMs: atMs,
  };
  return {
    notification: { incident, event, atMs, members: named.map((one) => one.lead) },
    lead,
    message: {
      ...alertMessage(lead, factsOf(lead)),
      title: isOver ? `Resolved: nothing is held back any more; ${what}` : what,
      summary: `${what}.`,
      lines,
      startedMs: sinceMs,
      query: null,
    },
    isSummary: true,
  };
}

/** `7 more incidents and 2 updates`. */
function heldText({ count, updates }: BrakeSummary): string {
  const incidents = `${count} more ${count === 1 ? 'incident' : 'incidents'}`;
  const known = `${updates} ${updates === 1 ? 'update' : 'updates'}`;
  if (updates === 0) return incidents;
  return count === 0 ? `${known} of incidents` : `${incidents} and ${known}`;
}

function updateText({ updatedTo }: HeldIncident): string {
  return updatedTo === undefined
    ? ''
    : ` (told before, ${updatedTo} ${updatedTo === 1 ? 'alert' : 'alerts'} now)`;
}
