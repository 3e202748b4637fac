import type { VNode } from 'preact';
import { formatShare } from './format.ts';
import { formatValue } from './format-value.ts';
import { html } from './html.ts';
import type { Contribution } from './shapes.ts';

/** Which features strayed, and how far, largest part first. */
export function contributionTable(contributions: readonly Contribution[]): VNode | null {
  if (contributions.length === 0) return null;
  return html`
    <div class="wide">
      <table class="contributions">
        <thead>
          <tr>
            <th scope="col">Feature</th>
            <th scope="col">Part</th>
            <th scope="col" class="number">Seen</th>
            <th scope="col" class="number">Expected</th>
          </tr>
        </thead>
        <tbody>
          ${contributions.map(
            ({ feature, unit, ratio, seen, expected, still }) => html`
              <tr>
                <th scope="row">${feature}</th>
                <td class="part">
                  <meter min="0" max="1" value=${ratio} aria-hidden="true"></meter> ${formatShare(ratio)}
                </td>
                <td class="number">${formatValue(seen, unit)}</td>
                <td class="number">${still === undefined ? formatValue(expected, unit) : 'moving'}</td>
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `;
}
