import type { VNode } from 'preact';
import { formatScore } from './format.ts';
import { html } from './html.ts';
import { entityHash } from './route.ts';
import { scoreLevel } from './score-level.ts';
import type { EntityScore } from './score-table.ts';

/** Entities as tiles with name and score, highest first. */
export function EntityTiles(props: {
  readonly detector: string;
  readonly ranked: readonly EntityScore[];
}): VNode {
  const { detector, ranked } = props;
  return html`
    <ol class="tiles" aria-label=${`Entities of ${detector}, highest score first`}>
      ${ranked.map(
        ({ entity, score }) => html`
          <li key=${entity}>
            <a class=${`level-${scoreLevel(score)}`} href=${entityHash(detector, entity)} title=${entity}>
              <span class="name">${entity}</span> <span class="score">${formatScore(score)}</span>
            </a>
          </li>
        `,
      )}
    </ol>
  `;
}
