import type { VNode } from 'preact';
import { formatOf, formatTime } from './format.ts';
import { html } from './html.ts';
import type { DeliveryView } from './shapes.ts';
import { useAnswer } from './use-answer.ts';

const MOST = 20;

/** What became of an alert's notifications, channel by channel. */
export function DeliveryList(props: { readonly alertId: string; readonly version: number }): VNode | null {
  const { alertId, version } = props;
  const query = new URLSearchParams({ alert: alertId, limit: String(MOST) });
  const { data } = useAnswer<{ deliveries: readonly DeliveryView[] }>(
    `/api/v1/deliveries?${query.toString()}`,
    version,
  );
  if (data === null || data.deliveries.length === 0) return null;
  return html`
    <ul class="deliveries facts" aria-label="Notifications">
      ${data.deliveries.map((delivery) => html`<li>${outcomeText(delivery)}</li>`)}
    </ul>
  `;
}

function outcomeText({ channel, status, attempts, lastError, deliveredAt }: DeliveryView): VNode {
  if (status === 'delivered') return html`<span>${channel}: sent ${formatTime(deliveredAt ?? '')}</span>`;
  const tried = `${formatOf(attempts, 'attempt', 'attempts')}${lastError === null ? '' : `, ${lastError}`}`;
  return status === 'dead'
    ? html`<span class="outcome failed">${channel}: given up after ${tried}</span>`
    : html`<span>${channel}: waits, ${tried}</span>`;
}
