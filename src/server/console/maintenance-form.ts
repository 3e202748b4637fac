import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { DaemonState } from './daemon-state.ts';
import { html } from './html.ts';
import { outcomeOf } from './notice.ts';
import { useAction } from './use-action.ts';

const FIELDS: readonly (readonly [name: string, title: string, placeholder: string])[] = [
  ['match', 'Entities (PromQL selector)', '{instance=~"db-.*"}'],
  ['start', 'From (UTC)', '2026-01-31T22:00:00Z'],
  ['end', 'To (UTC)', '2026-01-31T23:30:00Z'],
  ['comment', 'What is done', 'kernel update'],
];

/** Asks for planned work: nothing is sent of what matches, and training leaves the time out, also afterwards. */
export function MaintenanceForm({ daemon }: { readonly daemon: DaemonState }): VNode {
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const action = useAction();
  const submit = (event: Event): void => {
    event.preventDefault();
    const given = Object.entries(values).filter(([, value]) => value !== '');
    action.run({
      path: '/api/v1/maintenance',
      body: Object.fromEntries(given),
      done: 'Kept. Nothing is sent of what matches, and training leaves this time out.',
      then: () => void daemon.look(),
    });
  };
  return html`
    <details class="form">
      <summary>Plan maintenance, or tell of past work …</summary>
      <form class="filters" onSubmit=${submit}>
        ${FIELDS.map(
          ([name, title, placeholder]) => html`
            <label>
              ${title}
              <input
                class="wide-field"
                placeholder=${placeholder}
                value=${values[name] ?? ''}
                onInput=${(event: Event) => setValues({ ...values, [name]: (event.target as HTMLInputElement).value.trimStart() })}
              />
            </label>
          `,
        )}
        <button type="submit" disabled=${action.busy}>Keep</button>
      </form>
      ${outcomeOf(action)}
    </details>
  `;
}
