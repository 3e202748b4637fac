import type { VNode } from 'preact';
import type { DaemonState } from './daemon-state.ts';
import { DryRunForm } from './dry-run-form.ts';
import { formatTime } from './format.ts';
import { html, part } from './html.ts';
import { trouble } from './notice.ts';
import { keepToken, readToken } from './token.ts';
import type { Status } from './shapes.ts';
import { useAnswer } from './use-answer.ts';

/** What runs here: version, a trial of an edited configuration, and the one in use with every default filled in and secrets hidden. */
export function SetupPage({ daemon }: { readonly daemon: DaemonState }): VNode {
  const { data, error } = useAnswer<{ yaml: string }>('/api/v1/config');
  const { status } = daemon;
  return html`
    <h1>Setup</h1>
    ${error !== null && trouble(error)}
    ${
      status !== null &&
      html`<ul class="facts">
        <li>strayd ${status.version}</li>
        <li>running since ${formatTime(status.startedMs)} UTC</li>
        <li><a href="/metrics">metrics</a></li>
        ${
          readToken() !== null &&
          html`<li>
            <button
              type="button"
              onClick=${() => {
                keepToken(null);
                location.reload();
              }}
            >
              Forget the token
            </button>
          </li>`
        }
      </ul>`
    }
    ${part(DryRunForm, {})}
    <section aria-labelledby="configuration">
      <h2 id="configuration">Configuration in use</h2>
      <p class="quiet">
        With every default filled in; secrets are hidden. After a change send strayd a SIGHUP, or POST to
        /api/v1/reload.
      </p>
      ${(status?.reload ?? null) !== null && reloadFact(status?.reload as NonNullable<Status['reload']>)}
      ${data !== null && html`<pre class="yaml" tabindex="0" aria-labelledby="configuration">${data.yaml}</pre>`}
    </section>
  `;
}

function reloadFact({ at, successful, detail }: NonNullable<Status['reload']>): VNode {
  return successful
    ? html`<p>Loaded anew at ${formatTime(Date.parse(at))} UTC.</p>`
    : trouble(`${formatTime(Date.parse(at))} UTC: ${detail}`);
}
