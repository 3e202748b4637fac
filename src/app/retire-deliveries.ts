import type { Route } from '../delivery/outbox-rows.ts';
import type { StoreWriter } from '../store/store-writer.ts';
import type { Report } from './telemetry.ts';

/** Gives up, at start and at a reload, what waits for channels that are not configured any more: it would be pending for ever. */
export function retireDeliveries(
  store: Pick<StoreWriter, 'retireOutbox'>,
  channels: readonly Pick<Route, 'name' | 'type'>[],
  report: Report,
): void {
  const edge = channels.filter(({ type }) => type !== 'alertmanager').map(({ name }) => name);
  const count = store.retireOutbox(edge);
  if (count === 0) return;
  const message =
    `${count} ${count === 1 ? 'delivery' : 'deliveries'} waited for channels that are not configured any more, and were given up; ` +
    '"strayd alerts resend" lists them and, with such a channel configured again, sends them again.';
  report({ event: 'delivery_trouble', level: 'warn', message, fields: { count } });
}
