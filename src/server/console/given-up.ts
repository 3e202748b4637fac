import type { VNode } from 'preact';
import type { DaemonState } from './daemon-state.ts';
import { formatOf } from './format.ts';
import { html } from './html.ts';
import { outcomeOf } from './notice.ts';
import type { DeliveryView } from './shapes.ts';
import { useAction } from './use-action.ts';
import { useAnswer } from './use-answer.ts';

const MOST = 100;

/** Notifications that could not be delivered and were given up, with the way to send them all again. */
export function GivenUp({ daemon }: { readonly daemon: DaemonState }): VNode | null {
  const { data } = useAnswer<{ deliveries: readonly DeliveryView[] }>(
    `/api/v1/deliveries?status=dead&limit=${MOST}`,
    daemon.alertChanges,
  );
  const action = useAction();
  const deliveries = data?.deliveries ?? [];
  if (deliveries.length === 0) return action.outcome === '' ? null : html`<p>${outcomeOf(action)}</p>`;
  const channels = [...new Set(deliveries.map(({ channel }) => channel))];
  const count =
    deliveries.length === MOST
      ? `${MOST} notifications or more`
      : formatOf(deliveries.length, 'notification', 'notifications');
  return html`
    <div class="notice trouble">
      ${count} of ${channels.join(', ')} ${deliveries.length === 1 ? 'was' : 'were'} given up. The last
      reason:${' '} ${deliveries[0]?.lastError ?? 'unknown'}
      <p class="actions">
        <button
          type="button"
          disabled=${action.busy}
          onClick=${() =>
            action.run({
              path: '/api/v1/deliveries/resend',
              body: { dead: true },
              done: 'They are sent again.',
              then: () => daemon.alertChanged(),
            })}
        >
          Send them again
        </button>
        ${outcomeOf(action)}
      </p>
    </div>
  `;
}
