import type { VNode } from 'preact';
import { formatCount, formatTime } from './format.ts';
import { html } from './html.ts';
import type { Limit } from './shapes.ts';

/** The bounds that sources exceeded of late: which one, how often, since when, and the way out. */
export function limitList(limits: readonly Limit[]): VNode {
  if (limits.length === 0) {
    return html`<p class="quiet">
      None in the last ten minutes. What is over a bound is left out and counted, and the stream goes on.
    </p>`;
  }
  return html`
    <ul class="sources">
      ${limits.map(
        ({ source, limit, key, count, since, last, text }) => html`
          <li>
            <strong>${key ?? limit.replaceAll('_', ' ')}</strong>
            <span class="facts">
              <span>${source}</span>
              <span>${formatCount(count)} times since ${formatTime(since)} UTC</span>
              <span>last ${formatTime(last).slice(11)}</span>
            </span>
            <p>${text}</p>
          </li>
        `,
      )}
    </ul>
  `;
}
