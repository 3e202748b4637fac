import type { VNode } from 'preact';
import type { DaemonState } from './daemon-state.ts';
import { formatTime } from './format.ts';
import { html, part } from './html.ts';
import { outcomeOf } from './notice.ts';
import type { QuietWindow } from './shapes.ts';
import { useAction } from './use-action.ts';

/** Mutes, maintenance and silences in force: what people are not told of now. */
export function quietList(daemon: DaemonState): VNode | null {
  const quiet = daemon.status?.quiet ?? [];
  if (quiet.length === 0) return null;
  return html`
    <section class="quiet-now" aria-labelledby="quiet-now">
      <h2 id="quiet-now">Not told of now</h2>
      <ul class="open-alerts">
        ${quiet.map((one) => part(QuietEntry, { key: one.id, quiet: one, daemon }))}
      </ul>
    </section>
  `;
}

function QuietEntry(props: { readonly quiet: QuietWindow; readonly daemon: DaemonState }): VNode {
  const { quiet, daemon } = props;
  const { id, kind, origin, detector, entity, match, end, comment } = quiet;
  const action = useAction();
  const what = detector === null ? match : `${entity ?? 'everything'} (${detector})`;
  const remove = (): void =>
    action.run({
      method: 'DELETE',
      path: `/api/v1/${kind === 'mute' ? 'mutes' : 'maintenance'}/${encodeURIComponent(id)}`,
      done: '',
      then: () => void daemon.look(),
    });
  return html`
    <li>
      <span>${what}</span>
      <span class="facts">
        <span>${kind}${origin !== 'api' && `, ${origin}`}</span>
        ${end !== null && html`<span>until ${formatTime(end)} UTC</span>`}
        ${comment !== '' && html`<span>${comment}</span>`}
        ${
          origin === 'api' &&
          html`<button type="button" class="small" disabled=${action.busy} onClick=${remove}>
            ${kind === 'mute' ? 'End' : 'Take back'}
          </button>`
        }
        ${outcomeOf(action)}
      </span>
    </li>
  `;
}
