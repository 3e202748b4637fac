import type { ChannelConfig } from '../config/config.ts';
import type { AlertText } from '../pipeline/alerts/explain.ts';
import type { AlertNotification } from '../pipeline/effects.ts';
import { alertUrl } from './alert-url.ts';
import type { NewOutboxRow } from '../core/outbox.ts';
import { webhookBody } from './webhook-body.ts';

export interface OutboxContext {
  /** Of the alert's detector. */
  readonly stepMs: number;
  /** The alert in words. */
  readonly text: AlertText;
  /** `server.external_url`. */
  readonly externalUrl: string | null;
  readonly nowMs: number;
}

/**
 * What goes into the outbox with a notification: one row for each edge channel among `channels` if it is to be
 * delivered, else none. Its id and idempotency key are `<alert id>:<event>:<channel>`, the same after any replay.
 */
export function outboxRows(
  notification: AlertNotification,
  channels: readonly Pick<ChannelConfig, 'name' | 'type'>[],
  context: OutboxContext,
): NewOutboxRow[] {
  if (!notification.deliver) return [];
  const { alert, event } = notification;
  const { stepMs, text, externalUrl, nowMs } = context;
  const url = alertUrl(externalUrl, alert.id);
  return channels
    .filter(({ type }) => type === 'webhook')
    .map(({ name }) => {
      const key = `${alert.id}:${event}:${name}`;
      const body = webhookBody(notification, { stepMs, text, url, idempotencyKey: key });
      return {
        id: key,
        channel: name,
        alertId: alert.id,
        idempotencyKey: key,
        body: JSON.stringify(body),
        createdMs: nowMs,
      };
    });
}
