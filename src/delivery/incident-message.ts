import type { TemplateVariables } from '../core/template-variables.ts';
import type { IncidentNotification } from '../pipeline/alerts/incident.ts';
import type { Alert } from '../pipeline/effects.ts';
import { alertMessage, templateVariables, type AlertFacts, type AlertMessage } from './alert-message.ts';
import { formatLocal } from './local-time.ts';
import { oneLine } from './one-line.ts';
import { renderTemplate, type AlertTemplate } from './alert-template.ts';

/** Members that a message spells out; a phone shows no more. */
const membersListed = 10;

/** An incident as channels tell it: its alert if it is one, else what strays together, the likeliest first cause on top. */
export interface IncidentTold {
  readonly notification: IncidentNotification;
  /** Of the likeliest first cause, which stands for the incident. */
  readonly lead: Alert;
  readonly message: AlertMessage;
  /** It stands for incidents that were held back. */
  readonly isSummary?: true;
}

export interface IncidentContext {
  readonly factsOf: (alert: Alert) => AlertFacts;
  readonly template: AlertTemplate | null;
  readonly failed: (fault: string) => void;
}

/** The words of an incident, a channel's own if it has a template. */
export function tellIncident(notification: IncidentNotification, context: IncidentContext): IncidentTold {
  const [lead] = notification.members;
  if (lead === undefined) throw new Error(`incident ${notification.incident.id} has no member`);
  const facts = context.factsOf(lead);
  const own = alertMessage(lead, facts);
  const message =
    notification.incident.alerts === 1
      ? own
      : severalMessage(notification, { own, stepMs: facts.stepMs, context });
  const { template, failed } = context;
  const variables = (): TemplateVariables => ({
    ...templateVariables(lead, message, facts),
    event: notification.event,
    incident: incidentVariables(notification, context),
  });
  return { notification, lead, message: renderTemplate(message, variables, { template, failed }) };
}

function severalMessage(
  { incident, event, members, more }: IncidentNotification,
  {
    own,
    stepMs,
    context,
  }: { readonly own: AlertMessage; readonly stepMs: number; readonly context: IncidentContext },
): AlertMessage {
  const { alerts, firing, detector, group } = incident;
  const startedMs = Math.min(...members.map(({ firstStepOver }) => firstStepOver * stepMs));
  const labels = Object.entries(group).map(([name, value]) => `${name}=${value}`);
  const where = oneLine([detector, ...labels].join(', '));
  const first = withoutPrefix(own.title);
  const over = event === 'resolved';
  const what = countText(incident);
  const since = formatLocal(startedMs, 'UTC');
  const state = over ? 'all over now' : firing === alerts ? 'all of them firing' : `${firing} of them firing`;
  const listed = members.slice(0, membersListed).map((alert, index) => {
    const title = withoutPrefix(context.factsOf(alert).text.title);
    const ended = alert.state === 'resolved' && !over ? ' (over)' : '';
    return `${index + 1}. ${title}${ended}`;
  });
  const others = alerts - listed.length;
  const rest = [
    ...listed,
    ...(others > 0 ? [`and ${others} more: "strayd alerts list --incident ${incident.id}"`] : []),
  ];
  if (more !== undefined) {
    const news = `${moreText(incident, more)} in ${where}`;
    return {
      ...own,
      title: `${news}: ${more === 1 ? '' : 'first '}${first}; ${inAllText(incident)} in all, ${state}`,
      summary: `${news}: ${more === 1 ? '' : 'first '}${first}. ${what} since ${since}, ${state}.`,
      lines: [
        `${news}; ${what} since ${since}, ${state}; what is new on top:`,
        ...rest,
        'The one on top:',
        ...own.lines,
      ],
      startedMs,
    };
  }
  return {
    ...own,
    title: `${over ? 'Resolved: ' : ''}${what} in ${where}; first ${first}`,
    summary: `${what} in ${where} since ${since}, ${state}. ${incident.fault === undefined ? 'Likeliest first cause' : 'First'}: ${first}.`,
    lines: [
      `${what} since ${since}, ${state}; ${incident.fault === undefined ? 'likeliest first cause on top' : 'the first on top'}:`,
      ...rest,
      'The first of them:',
      ...own.lines,
    ],
    startedMs,
  };
}

/** Faults of the telemetry are told as a share: whether one of 40 is absent or all of them makes the difference. */
function countText({ alerts, fault }: IncidentNotification['incident']): string {
  if (fault === undefined) return `${alerts} alerts`;
  return `${inAllText({ alerts, fault })} ${faultText(fault)}`;
}

function inAllText({ alerts, fault }: Pick<IncidentNotification['incident'], 'alerts' | 'fault'>): string {
  return fault === undefined ? String(alerts) : `${alerts} of ${Math.max(alerts, fault.entities)}`;
}

function moreText({ fault }: IncidentNotification['incident'], more: number): string {
  if (fault !== undefined) return `${more} more ${faultText(fault)}`;
  return more === 1 ? '1 more alert' : `${more} more alerts`;
}

const faultText = ({ kind }: NonNullable<IncidentNotification['incident']['fault']>): string =>
  kind === 'absence' ? 'absent' : 'stuck';

function incidentVariables(
  { incident, members }: IncidentNotification,
  { factsOf }: IncidentContext,
): NonNullable<TemplateVariables['incident']> {
  const { id, alerts, firing, group } = incident;
  const told = members.map((alert) => ({
    entity: alert.entity,
    state: alert.state === 'resolved' ? ('resolved' as const) : ('firing' as const),
    title: withoutPrefix(factsOf(alert).text.title),
  }));
  return { id, alerts, firing, group: { ...group }, members: told };
}

function withoutPrefix(title: string): string {
  return title.replace(/^Resolved: /, '');
}
