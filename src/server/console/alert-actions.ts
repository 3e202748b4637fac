import type { VNode } from 'preact';
import type { DaemonState } from './daemon-state.ts';
import { html, part } from './html.ts';
import { MuteForm } from './mute-form.ts';
import { outcomeOf } from './notice.ts';
import type { AlertLabel, AlertView } from './shapes.ts';
import { useAction } from './use-action.ts';

const LABELS: readonly (readonly [label: AlertLabel, meaning: string])[] = [
  ['real', 'Something was wrong: training leaves this time out.'],
  ['planned', 'It was done on purpose: training leaves this time out.'],
  ['false', 'It was normal: training learns from it.'],
];

/** What can be done with an alert: saying what it was, sending it again, taking it for normal, muting. */
export function AlertActions(props: { readonly view: AlertView; readonly daemon: DaemonState }): VNode {
  const { view, daemon } = props;
  const { alert, label, deliver } = view;
  const action = useAction();
  const path = `/api/v1/alerts/${encodeURIComponent(alert.id)}`;
  const labelAs = (wanted: AlertLabel, meaning: string): void =>
    action.run({
      path: `${path}/label`,
      body: { label: wanted },
      done: `Labelled ${wanted}. ${meaning}`,
      then: () => daemon.alertChanged(),
    });
  return html`
    <div class="actions">
      <span role="group" aria-label="What it was">
        It was
        ${LABELS.map(
          ([name, meaning]) => html`
            <button
              type="button"
              aria-pressed=${label === name}
              disabled=${action.busy}
              title=${meaning}
              onClick=${() => labelAs(name, meaning)}
            >
              ${name}
            </button>
          `,
        )}
      </span>
      ${
        deliver &&
        html`<button
          type="button"
          disabled=${action.busy}
          onClick=${() => action.run({ path: '/api/v1/deliveries/resend', body: { alert: alert.id }, done: resentText })}
        >
          Send again
        </button>`
      }
      ${
        alert.state === 'firing' &&
        // A rule's alert is of no level.
        alert.peakScore > 0 &&
        html`<button
          type="button"
          disabled=${action.busy}
          title="Its present level is the new normal: the alert ends, and the level raises none again"
          onClick=${() =>
            action.run({
              path: `${path}/accept`,
              done: 'Accepted: it ends with its next steps, and the level counts as normal.',
              then: () => daemon.alertChanged(),
            })}
        >
          Accept as normal
        </button>`
      }
      ${outcomeOf(action)} ${part(MuteForm, { detector: alert.detector, entity: alert.entity, daemon })}
    </div>
  `;
}

function resentText(answer: unknown): string {
  const { resent } = answer as { resent: number };
  return resent === 0
    ? 'Nothing to send again: no channel keeps notifications of this alert.'
    : `${resent} ${resent === 1 ? 'notification is' : 'notifications are'} sent again.`;
}
