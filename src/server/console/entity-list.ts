import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { formatCount, formatScore, formatTime } from './format.ts';
import { html } from './html.ts';
import { entityHash } from './route.ts';
import { scoreLevel } from './score-level.ts';
import type { EntityScore } from './score-table.ts';

const PER_PAGE = 50;

/** Entities as a list that can be searched, highest score first, some at a time. */
export function EntityList(props: {
  readonly detector: string;
  readonly ranked: readonly EntityScore[];
}): VNode {
  const { detector, ranked } = props;
  const [wanted, setWanted] = useState('');
  const [most, setMost] = useState(PER_PAGE);
  const [open, setOpen] = useState(false);
  const found = !open || wanted === '' ? ranked : ranked.filter(({ entity }) => entity.includes(wanted));
  return html`
    <details
      class="entity-list"
      open=${open}
      onToggle=${(event: Event) => setOpen((event.target as HTMLDetailsElement).open)}
    >
      <summary>Find an entity, or read them as a list</summary>
      ${
        open &&
        html`
          <label>
            Name holds
            <input
              type="search"
              value=${wanted}
              onInput=${(event: InputEvent) => {
                setWanted((event.target as HTMLInputElement).value);
                setMost(PER_PAGE);
              }}
            />
          </label>
          <p class="quiet" role="status">${formatCount(found.length)} of ${formatCount(ranked.length)}</p>
          <div class="wide">
            <table>
              <thead>
                <tr>
                  <th scope="col">Entity</th>
                  <th scope="col" class="number">Score</th>
                  <th scope="col">Step until (UTC)</th>
                </tr>
              </thead>
              <tbody>
                ${found.slice(0, most).map(
                  ({ entity, score, stepEndMs }) => html`
                    <tr key=${entity}>
                      <td><a href=${entityHash(detector, entity)}>${entity}</a></td>
                      <td class="number">
                        <i class=${`level-${scoreLevel(score)}`}></i>${formatScore(score)}
                      </td>
                      <td>${formatTime(stepEndMs)}</td>
                    </tr>
                  `,
                )}
              </tbody>
            </table>
          </div>
          ${found.length > most && html`<button type="button" onClick=${() => setMost(most + 4 * PER_PAGE)}>More</button>`}
        `
      }
    </details>
  `;
}
