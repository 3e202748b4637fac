import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ConfigFault, DryRunView } from '../views/dry-run-view.ts';
import { change, RequestRefused } from './api.ts';
import { dryRunResult } from './dry-run-result.ts';
import { dryRunSummary } from './dry-run-summary.ts';
import { formatOf } from './format.ts';
import { html } from './html.ts';
import { trouble } from './notice.ts';
import { placeInText } from './place-in-text.ts';
import { useAnswer } from './use-answer.ts';

/** What came of the last try. */
type Tried =
  | { readonly kind: 'none' | 'running' }
  | { readonly kind: 'done'; readonly view: DryRunView }
  | { readonly kind: 'failed'; readonly message: string; readonly faults: readonly ConfigFault[] };

/** What was typed stays while one looks at other pages; `null`: nothing was. */
let draft: string | null = null;

/** The running detectors as a text to be edited, and what the edited ones would have done on the last day of data. */
export function DryRunForm(): VNode {
  const { data, error } = useAnswer<{ yaml: string }>('/api/v1/config/detectors');
  const [text, setText] = useState(draft);
  const [tried, setTried] = useState<Tried>({ kind: 'none' });
  const field = useRef<HTMLTextAreaElement>(null);
  const under = useRef<AbortController | null>(null);
  useEffect(() => () => under.current?.abort(), []);
  const shown = text ?? data?.yaml ?? '';
  const edit = (next: string | null): void => {
    draft = next;
    setText(next);
  };
  const run = (event: Event): void => {
    event.preventDefault();
    const stopper = new AbortController();
    under.current = stopper;
    setTried({ kind: 'running' });
    change<DryRunView>({ path: '/api/v1/dry-run', body: { yaml: shown }, signal: stopper.signal }).then(
      (view) => setTried({ kind: 'done', view }),
      (cause: unknown) => setTried(stopper.signal.aborted ? { kind: 'none' } : failedBy(cause)),
    );
  };
  const isRunning = tried.kind === 'running';
  return html`
    <section class="dry-run" aria-labelledby="dry-run">
      <h2 id="dry-run">Try a change on the last day of data</h2>
      <p class="quiet">
        Edit the detectors and see which alerts the last day would have had. Nothing is changed here: to put
        it to use, write it into the configuration file and reload strayd.
      </p>
      ${error !== null && trouble(error)}
      <div class="trial">
        <form onSubmit=${run}>
          <textarea
            ref=${field}
            aria-label="Detectors, as in the configuration file"
            aria-describedby="dry-run-outcome"
            aria-invalid=${tried.kind === 'failed' && tried.faults.length > 0}
            spellcheck=${false}
            autocapitalize="off"
            autocomplete="off"
            rows="24"
            value=${shown}
            onInput=${(event: Event) => edit((event.target as HTMLTextAreaElement).value)}
          ></textarea>
          <div class="actions">
            <button type="submit" class="main" disabled=${isRunning || data === null}>Try it</button>
            ${isRunning && html`<button type="button" onClick=${() => under.current?.abort()}>Stop</button>`}
            ${!isRunning && text !== null && text !== data?.yaml && html`<button type="button" onClick=${() => edit(null)}>Back to what runs</button>`}
          </div>
        </form>
        <div>
          <p id="dry-run-outcome" class=${tried.kind === 'failed' ? 'failed' : ''} role="status">
            ${statusOf(tried)}
          </p>
          ${tried.kind === 'done' && dryRunResult(tried.view)}
          ${tried.kind === 'failed' && faultList(tried.faults, field)}
        </div>
      </div>
    </section>
  `;
}

/** Short, as it is read out at once. */
function statusOf(tried: Tried): string {
  switch (tried.kind) {
    case 'none':
      return '';
    case 'running':
      return 'Playing the last day with both …';
    case 'done':
      return dryRunSummary(tried.view);
    case 'failed':
      return tried.faults.length === 0
        ? tried.message
        : `Nothing was tried: ${formatOf(tried.faults.length, 'place is', 'places are')} wrong.`;
  }
}

function faultList(
  faults: readonly ConfigFault[],
  field: { readonly current: HTMLTextAreaElement | null },
): VNode {
  return html`<ul class="faults">
    ${faults.map(
      ({ line, column, path, message }) => html`
        <li>
          <button type="button" class="small" onClick=${() => placeInText(field.current, line, column)}>
            line ${line}, column ${column}
          </button>
          <span>${path !== '' && html`<code>${path}</code> `}${message}</span>
        </li>
      `,
    )}
  </ul>`;
}

function failedBy(cause: unknown): Tried {
  const message = cause instanceof Error ? cause.message : String(cause);
  const faults = cause instanceof RequestRefused ? (cause.errors as readonly ConfigFault[]) : [];
  return { kind: 'failed', message, faults };
}
