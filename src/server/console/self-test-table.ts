import type { VNode } from 'preact';
import { formatShare } from './format.ts';
import { html } from './html.ts';
import type { CardView } from './shapes.ts';

/** Kinds that are there or not. */
const WITHOUT_SIZE: readonly string[] = ['stuck', 'broken_correlation'];

/** Which injected faults would have fired an alert. */
export function selfTestTable(results: NonNullable<CardView['selfTest']>): VNode {
  return html`
    <section>
      <h4>Self-test</h4>
      <table class="bars">
        <thead>
          <tr>
            <th scope="col">Fault put in</th>
            <th scope="col">Found</th>
            <th scope="col" class="number">Found from size</th>
          </tr>
        </thead>
        <tbody>
          ${results.map(
            ({ fault, recall, smallestSize }) => html`
              <tr>
                <th scope="row">${fault.replaceAll('_', ' ')}</th>
                <td>
                  <meter min="0" max="1" low="0.5" value=${recall} aria-hidden="true"></meter>
                  ${formatShare(recall)}
                </td>
                <td class="number">${WITHOUT_SIZE.includes(fault) ? '–' : (smallestSize ?? 'none')}</td>
              </tr>
            `,
          )}
        </tbody>
      </table>
      <p class="quiet">
        Share found at a size that should be seen; the smallest size of which nine in ten are, in the
        feature's own spreads.
      </p>
    </section>
  `;
}
