import type { ChannelConfig } from '../config/config.ts';
import type { NewOutboxRow } from '../core/outbox.ts';
import type { IncidentNotification } from '../pipeline/alerts/incident.ts';
import type { Alert } from '../pipeline/effects.ts';
import type { AlertFacts } from './alert-message.ts';
import type { AlertTemplate } from './alert-template.ts';
import { tellSummary } from './brake-message.ts';
import { tellIncident, type IncidentTold } from './incident-message.ts';
import type { BrakeSummary } from './notification-brake.ts';
import { pagerdutyBody } from './pagerduty-body.ts';
import { slackBody } from './slack-body.ts';
import { webhookBody, type WebhookContext } from './webhook-body.ts';

/** Where notifications go, and in whose words. */
export interface Route extends Pick<ChannelConfig, 'name' | 'type'> {
  readonly template: AlertTemplate | null;
}

export interface OutboxContext {
  readonly factsOf: (alert: Alert) => AlertFacts;
  readonly nowMs: number;
  /** A channel's template failed, and strayd's own words went out. */
  readonly templateFailed: (channel: string, fault: string) => void;
}

type EdgeBody = (told: IncidentTold, context: WebhookContext) => object;

/** The body by type of edge channel; the other types go by state. Nothing of it may be a secret: the outbox keeps it. */
const edgeBodies: Readonly<Record<Exclude<ChannelConfig['type'], 'alertmanager'>, EdgeBody>> = {
  webhook: webhookBody,
  kafka: webhookBody,
  slack: slackBody,
  pagerduty: pagerdutyBody,
};

/**
 * What goes into the outbox with an incident's notification: one row for each edge channel among `routes` if people are to be
 * told, else none. Its id and idempotency key are `<incident id>:<event>:<channel>`, an update's `<incident id>:update-<n>:<channel>`,
 * the same after any replay.
 */
export function outboxRows(
  notification: IncidentNotification,
  routes: readonly Route[],
  context: OutboxContext,
): NewOutboxRow[] {
  if (!notification.incident.deliver) return [];
  return routes.flatMap((route) => outboxRow(notification, route, context));
}

/** The rows of a summary of what was held back: one for each edge channel, in strayd's own words. */
export function summaryRows(
  summary: BrakeSummary,
  routes: readonly Route[],
  { factsOf, nowMs }: Pick<OutboxContext, 'factsOf' | 'nowMs'>,
): NewOutboxRow[] {
  const told = tellSummary(summary, factsOf);
  return routes.flatMap((route) => rowOf(told, route, { factsOf, nowMs }));
}

function outboxRow(
  notification: IncidentNotification,
  route: Route,
  { factsOf, nowMs, templateFailed }: OutboxContext,
): NewOutboxRow[] {
  const { name, type, template } = route;
  if (type === 'alertmanager') return [];
  const failed = (fault: string): void => templateFailed(name, fault);
  return rowOf(tellIncident(notification, { factsOf, template, failed }), route, { factsOf, nowMs });
}

function rowOf(
  told: IncidentTold,
  { name, type }: Route,
  { factsOf, nowMs }: Pick<OutboxContext, 'factsOf' | 'nowMs'>,
): NewOutboxRow[] {
  if (type === 'alertmanager') return [];
  const { incident, event } = told.notification;
  const isUpdate = event === 'firing' && incident.told > 1;
  const key = `${incident.id}:${isUpdate ? `update-${incident.told - 1}` : event}:${name}`;
  const { stepMs } = factsOf(told.lead);
  const body = JSON.stringify(edgeBodies[type](told, { stepMs, idempotencyKey: key }));
  return [{ id: key, channel: name, alertId: incident.id, idempotencyKey: key, body, createdMs: nowMs }];
}
