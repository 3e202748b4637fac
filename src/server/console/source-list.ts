import type { VNode } from 'preact';
import type { SourceView } from '../views/source-view.ts';
import { formatCount, formatSpan } from './format.ts';
import { html } from './html.ts';
import type { Limit } from './shapes.ts';

/** Each source with its rate, how far behind it is, and whether it exceeds a bound. */
export function sourceList(sources: readonly SourceView[], limits: readonly Limit[]): VNode {
  return html`
    <ul class="sources">
      ${sources.map(
        ({ source, samplesPerSecond, watermarkLagMs, partitions, deadLetters }) => html`
          <li>
            <strong>${source}</strong>
            <span class="facts">
              <span>${formatCount(samplesPerSecond)} samples/s</span>
              <span
                >${watermarkLagMs === null ? 'nothing read yet' : `data ${formatSpan(watermarkLagMs)} behind`}</span
              >
              <span>${formatCount(sum(partitions.map(({ lagRecords }) => lagRecords)))} records to read</span>
              ${
                sum(Object.values(deadLetters)) > 0 &&
                html`<a href="#/sources">${formatCount(sum(Object.values(deadLetters)))} unusable</a>`
              }
              ${limits.some((limit) => limit.source === source) && html`<a href="#/sources">over a bound</a>`}
            </span>
          </li>
        `,
      )}
    </ul>
  `;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
