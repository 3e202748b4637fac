import type { VNode } from 'preact';
import { formatCount, formatOf, formatShare, formatTime } from './format.ts';
import { html, part } from './html.ts';
import { learningCurve } from './learning-curve.ts';
import { selfTestTable } from './self-test-table.ts';
import { RollbackButton } from './rollback-button.ts';
import type { CardView, ModelView } from './shapes.ts';

/** All that is known of one version: what it learned from, what was left out, how good it is, and why it is in use or not. */
export function ModelCard(props: { readonly model: ModelView; readonly read: () => void }): VNode {
  const { model, read } = props;
  const { version, status, reason, created, activeFrom } = model;
  const card = model.card as CardView;
  return html`
    <article class="model-card" aria-label=${`Version ${version}`}>
      <header>
        <h3><code>${version}</code> <span class=${`chip ${status}`}>${status}</span></h3>
        ${status !== 'active' && part(RollbackButton, { model, read })}
      </header>
      ${reason !== '' && html`<p>${reason}</p>`}
      ${card.promotion !== undefined && promotionText(card.promotion)}
      <dl>
        <div>
          <dt>Trained</dt>
          <dd>${formatTime(created)} UTC, ${card.backend ?? 'unknown backend'}</dd>
        </div>
        <div>
          <dt>In use from</dt>
          <dd>${activeFrom === null ? 'never' : `${formatTime(activeFrom)} UTC (event time)`}</dd>
        </div>
        ${
          typeof card.parent === 'string' &&
          html`<div>
            <dt>In use before it</dt>
            <dd><code>${card.parent}</code></dd>
          </div>`
        }
        ${card.data !== undefined && dataFacts(card.data)}
        ${
          card.threshold !== undefined &&
          html`<div>
            <dt>Over its threshold</dt>
            <dd>${formatShare(card.threshold.holdOutShareOver)} of the held-out rows</dd>
          </div>`
        }
      </dl>
      ${card.note !== undefined && card.note !== '' && html`<p class="quiet">${card.note}</p>`}
      <div class="card-columns">
        ${card.holdOutErrors !== undefined && card.holdOutErrors.length > 0 && errorTable(card.holdOutErrors)}
        ${card.selfTest !== undefined && card.selfTest.length > 0 && selfTestTable(card.selfTest)}
        ${learningCurve(card)} ${memberTable(card)}
      </div>
    </article>
  `;
}

function promotionText({ verdicts, reason }: NonNullable<CardView['promotion']>): VNode {
  if (verdicts.length === 0) return html`<p>${reason}</p>`;
  return html`
    <ul class="verdicts">
      ${verdicts.map(
        ({ name, passed, detail }) => html`
          <li class=${passed ? 'passed' : 'failed'}>
            <strong>${name.replaceAll('_', ' ')}: ${passed ? 'passed' : 'failed'}.</strong> ${detail}
          </li>
        `,
      )}
    </ul>
  `;
}

function dataFacts({
  fromMs,
  toMs,
  entities,
  rows,
  holdOutRows,
  leftOut,
}: NonNullable<CardView['data']>): VNode {
  const left = Object.entries(leftOut).filter(([, count]) => count > 0);
  return html`
    <div>
      <dt>Learned from</dt>
      <dd>
        ${formatCount(rows)} rows of ${formatOf(entities, 'entity', 'entities')}, ${formatTime(fromMs)}
        to${' '} ${formatTime(toMs)} UTC
      </dd>
    </div>
    <div>
      <dt>Held out</dt>
      <dd>the newest ${formatCount(holdOutRows)} of them, for thresholds</dd>
    </div>
    <div>
      <dt>Left out</dt>
      <dd>
        ${left.length === 0 ? 'nothing' : left.map(([why, count]) => `${formatCount(count)} rows: ${why.replaceAll('_', ' ')}`).join('; ')}
      </dd>
    </div>
  `;
}

function memberTable({ groups = [] }: CardView): VNode | null {
  if (groups.length === 0) return null;
  return html`
    <section>
      <h4>Networks</h4>
      <div class="wide" tabindex="0" role="group" aria-label="Networks">
        <table>
          <thead>
            <tr>
              <th scope="col">Member</th>
              <th scope="col" class="number">Steps</th>
              <th scope="col">Layers</th>
              <th scope="col" class="number">Held-out error</th>
            </tr>
          </thead>
          <tbody>
            ${groups.map(
              ({ cohort, entities, members }) => html`
                <tr class="group">
                  <th scope="colgroup" colspan="4">
                    ${cohort === null && entities === 0 ? 'what all cohorts start from' : `${cohort ?? 'all'}: ${formatOf(entities, 'entity', 'entities')}`}
                  </th>
                </tr>
                ${members.map(
                  ({ kind, entity, steps, shape, holdOutError }) => html`
                    <tr>
                      <td>${entity === undefined ? kind : `${kind}, ${entity}`}</td>
                      <td class="number">${steps}</td>
                      <td>${shape.join('–')}</td>
                      <td class="number">${holdOutError.toPrecision(2)}</td>
                    </tr>
                  `,
                )}
              `,
            )}
          </tbody>
        </table>
      </div>
    </section>
  `;
}

function errorTable(errors: NonNullable<CardView['holdOutErrors']>): VNode {
  const largest = Math.max(...errors.map(({ error }) => error ?? 0), 1e-9);
  return html`
    <section>
      <h4>Held-out error by feature</h4>
      <table class="bars">
        <thead class="unseen">
          <tr>
            <th scope="col">Feature</th>
            <th scope="col">Error in its own spreads</th>
          </tr>
        </thead>
        <tbody>
          ${errors.map(
            ({ feature, error }) => html`
              <tr>
                <th scope="row">${feature}</th>
                <td>
                  <meter min="0" max=${largest} value=${error ?? 0} aria-hidden="true"></meter>
                  ${error === null ? '–' : error.toPrecision(2)}
                </td>
              </tr>
            `,
          )}
        </tbody>
      </table>
      <p class="quiet">Root mean square, in units of the feature's own spread.</p>
    </section>
  `;
}
