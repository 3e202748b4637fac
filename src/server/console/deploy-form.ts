import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { DaemonState } from './daemon-state.ts';
import { formatTime } from './format.ts';
import { html } from './html.ts';
import { outcomeOf } from './notice.ts';
import { useAction } from './use-action.ts';

/** Tells of a deployment: the levels that it brings are taken for normal. */
export function DeployForm({ daemon }: { readonly daemon: DaemonState }): VNode {
  const [scope, setScope] = useState('entity');
  const [what, setWhat] = useState('');
  const [detector, setDetector] = useState('');
  const [time, setTime] = useState('');
  const action = useAction();
  const names = daemon.status?.detectors.map((one) => one.detector) ?? [];
  const submit = (event: Event): void => {
    event.preventDefault();
    action.run({
      path: '/api/v1/events/deploy',
      body: {
        [scope]: what,
        ...(detector === '' ? {} : { detector }),
        ...(time === '' ? {} : { time }),
      },
      done: acceptedText,
      then: () => daemon.alertChanged(),
    });
  };
  const input = (event: Event): string => (event.target as HTMLInputElement).value;
  return html`
    <details class="form">
      <summary>Tell of a deployment …</summary>
      <p class="quiet">
        Alerts that begin within an hour of it end once their new level is known, and it counts as normal.
      </p>
      <form class="filters" onSubmit=${submit}>
        <label>
          What was deployed
          <select onChange=${(event: Event) => setScope(input(event))}>
            <option value="entity">one entity</option>
            <option value="match">entities that match</option>
          </select>
        </label>
        <label>
          ${scope === 'entity' ? 'Its whole name' : 'PromQL selector'}
          <input
            class="wide-field"
            required
            placeholder=${scope === 'entity' ? 'web-3' : '{instance=~"web-.*"}'}
            value=${what}
            onInput=${(event: Event) => setWhat(input(event).trim())}
          />
        </label>
        <label>
          Watched by
          <select onChange=${(event: Event) => setDetector(input(event))}>
            <option value="">any detector</option>
            ${names.map((name) => html`<option value=${name}>${name}</option>`)}
          </select>
        </label>
        <label>
          When (UTC)
          <input
            class="wide-field"
            placeholder="now, or 2026-01-31T22:00:00Z"
            value=${time}
            onInput=${(event: Event) => setTime(input(event).trim())}
          />
        </label>
        <button type="submit" disabled=${action.busy}>Tell</button>
      </form>
      ${outcomeOf(action)}
    </details>
  `;
}

function acceptedText(answer: unknown): string {
  const { accepted } = answer as {
    readonly accepted: readonly { readonly detector: string; readonly from: string; readonly to: string }[];
  };
  const [first] = accepted;
  if (first === undefined) return 'Told.';
  const whose = accepted.map(({ detector }) => detector).join(', ');
  return `Told: new levels from ${formatTime(first.from)} to ${formatTime(first.to)} UTC count as normal for ${whose}.`;
}
