import type { ChannelConfig } from '../config/config.ts';
import type { NewOutboxRow } from '../core/outbox.ts';
import type { AlertNotification } from '../pipeline/effects.ts';
import type { AlertFacts } from './alert-message.ts';
import { templatedMessage, type AlertTemplate } from './alert-template.ts';
import { pagerdutyBody } from './pagerduty-body.ts';
import { slackBody } from './slack-body.ts';
import { webhookBody, type WebhookContext } from './webhook-body.ts';

/** Where notifications go, and in whose words. */
export interface Route extends Pick<ChannelConfig, 'name' | 'type'> {
  readonly template: AlertTemplate | null;
}

export interface OutboxContext {
  readonly facts: AlertFacts;
  readonly nowMs: number;
  /** A channel's template failed, and strayd's own words went out. */
  readonly templateFailed: (channel: string, fault: string) => void;
}

type EdgeBody = (notification: AlertNotification, context: WebhookContext) => object;

/** The body by type of edge channel; the other types go by state. Nothing of it may be a secret: the outbox keeps it. */
const edgeBodies: Readonly<Record<Exclude<ChannelConfig['type'], 'alertmanager'>, EdgeBody>> = {
  webhook: webhookBody,
  kafka: webhookBody,
  slack: (notification, { message }) => slackBody(notification, message),
  pagerduty: (notification, { message }) => pagerdutyBody(notification, message),
};

/**
 * What goes into the outbox with a notification: one row for each edge channel among `routes` if it is to be
 * delivered, else none. Its id and idempotency key are `<alert id>:<event>:<channel>`, the same after any replay.
 */
export function outboxRows(
  notification: AlertNotification,
  routes: readonly Route[],
  context: OutboxContext,
): NewOutboxRow[] {
  if (!notification.deliver) return [];
  return routes.flatMap((route) => {
    const row = outboxRow(notification, route, context);
    return row === null ? [] : [row];
  });
}

function outboxRow(
  notification: AlertNotification,
  { name, type, template }: Route,
  { facts, nowMs, templateFailed }: OutboxContext,
): NewOutboxRow | null {
  if (type === 'alertmanager') return null;
  const { alert, event } = notification;
  const key = `${alert.id}:${event}:${name}`;
  const message = templatedMessage(alert, facts, {
    template,
    failed: (fault) => templateFailed(name, fault),
  });
  const body = edgeBodies[type](notification, { stepMs: facts.stepMs, message, idempotencyKey: key });
  return {
    id: key,
    channel: name,
    alertId: alert.id,
    idempotencyKey: key,
    body: JSON.stringify(body),
    createdMs: nowMs,
  };
}
