import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { DaemonState } from './daemon-state.ts';
import { html } from './html.ts';
import { outcomeOf } from './notice.ts';
import { useAction } from './use-action.ts';

const LENGTHS: readonly (readonly [duration: string, name: string])[] = [
  ['1h', '1 hour'],
  ['4h', '4 hours'],
  ['1d', '1 day'],
  ['7d', '7 days'],
];

/** Asks for how long nothing is to be sent of an entity, or of its whole detector. */
export function MuteForm(props: {
  readonly detector: string;
  readonly entity: string;
  readonly daemon: DaemonState;
}): VNode {
  const { detector, entity, daemon } = props;
  const [length, setLength] = useState('1h');
  const [scope, setScope] = useState('entity');
  const [comment, setComment] = useState('');
  const action = useAction();
  const submit = (event: Event): void => {
    event.preventDefault();
    const body = {
      detector,
      for: length,
      ...(scope === 'entity' ? { entity } : {}),
      ...(comment === '' ? {} : { comment }),
    };
    action.run({
      path: '/api/v1/mutes',
      body,
      done: (answer) => {
        const { note = '' } = answer as { readonly note?: string };
        return `Muted: alerts are still found and shown, and nothing is sent. ${note}`.trim();
      },
      then: () => void daemon.look(),
    });
  };
  return html`
    <details class="form">
      <summary>Mute …</summary>
      <form class="filters" onSubmit=${submit}>
        <label>
          What
          <select onChange=${(event: Event) => setScope((event.target as HTMLSelectElement).value)}>
            <option value="entity">${entity}</option>
            <option value="detector">all of ${detector}</option>
          </select>
        </label>
        <label>
          For
          <select onChange=${(event: Event) => setLength((event.target as HTMLSelectElement).value)}>
            ${LENGTHS.map(([duration, name]) => html`<option value=${duration}>${name}</option>`)}
          </select>
        </label>
        <label>
          Why
          <input
            value=${comment}
            placeholder="for your colleagues"
            onInput=${(event: Event) => setComment((event.target as HTMLInputElement).value)}
          />
        </label>
        <button type="submit" disabled=${action.busy}>Mute</button>
      </form>
      ${outcomeOf(action)}
    </details>
  `;
}
