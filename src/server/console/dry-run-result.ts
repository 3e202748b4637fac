import type { VNode } from 'preact';
import type { DetectorDryRun, DryRunAlert, DryRunSide, DryRunView } from '../views/dry-run-view.ts';
import { formatCount, formatOf, formatScore, formatShare, formatTime } from './format.ts';
import { html } from './html.ts';
import { entityHash } from './route.ts';

type Played = NonNullable<DetectorDryRun['played']>;

const MEANINGS: Readonly<Record<DryRunAlert['change'], string>> = {
  gained: 'only with the change',
  lost: 'only as it runs',
  kept: 'with both',
};
/** An hour before and after an alert are drawn with it. */
const AROUND_MS = 3_600_000;

/** What the last day would have been with the edited detectors, beside what it is with the running ones. */
export function dryRunResult({ detectors }: DryRunView): VNode {
  return html`<div class="dry-run-result">${detectors.map(detectorResult)}</div>`;
}

function detectorResult({ detector, tried, untried, notPlayed, played }: DetectorDryRun): VNode {
  return html`
    <article key=${detector}>
      <h3>${detector}</h3>
      ${notPlayed !== null && html`<p>${notPlayed}</p>`}
      ${played !== null && html`<p class="quiet">${playedText(tried, played)}</p>`}
      ${played !== null && sides(played)} ${played !== null && alertTable(detector, played)}
      ${
        untried.length > 0 &&
        html`<p>Not tried, since a day of kept vectors can't show it:</p>
          <ul class="untried">
            ${untried.map(({ key, reason }) => html`<li><code>${key}</code>: ${reason}</li>`)}
          </ul>`
      }
    </article>
  `;
}

function playedText(tried: readonly string[], played: Played): string {
  const { fromMs, toMs, entities, entitiesOfAll, steps, onRecord, then, trained } = played;
  const whose =
    entities < entitiesOfAll
      ? `${formatCount(entities)} of ${formatOf(entitiesOfAll, 'entity', 'entities')}, drawn by lot`
      : formatOf(entities, 'entity', 'entities');
  const record =
    onRecord === then.alerts
      ? ''
      : ` On record of this time: ${formatOf(onRecord, 'alert', 'alerts')}; thresholds, or the model, were others then, and absences and flatlines are not counted.`;
  return (
    `Changed: ${tried.join(', ')}. ${formatTime(fromMs)} to ${formatTime(toMs)} UTC, ${whose}, ${formatCount(steps)} steps, ` +
    `with the thresholds of now.${record}${trained === null ? '' : ` ${trained}`}`
  );
}

function sides({ then, now }: Played): VNode {
  const row = (
    title: string,
    pick: (side: DryRunSide) => string,
    isOver: (side: DryRunSide) => boolean,
  ) => html`
    <tr>
      <th scope="row">${title}</th>
      <td class="number">${pick(then)}</td>
      <td class=${isOver(now) ? 'number over' : 'number'}>${pick(now)}</td>
    </tr>
  `;
  const never = (): boolean => false;
  return html`
    <table class="sides">
      <thead>
        <tr>
          <td></td>
          <th scope="col" class="number">As it runs</th>
          <th scope="col" class="number">With the change</th>
        </tr>
      </thead>
      <tbody>
        ${row('Alerts', ({ alerts }) => formatCount(alerts), never)}
        ${row('Messages to people', ({ incidents }) => formatCount(incidents), never)}
        ${row('Budget', ({ budget }) => budget, never)}
        ${row(
          'Budget used by this day',
          ({ budgetUsed }) => formatShare(budgetUsed),
          ({ budgetUsed }) => budgetUsed > 1 && budgetUsed > then.budgetUsed,
        )}
      </tbody>
    </table>
  `;
}

function alertTable(detector: string, { alerts, more }: Played): VNode {
  if (alerts.length === 0) return html`<p>No alert with either.</p>`;
  return html`
    <div class="wide" tabindex="0" role="region" aria-label=${`Alerts of ${detector} then and now`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Alert</th>
            <th scope="col">Entity</th>
            <th scope="col">From (UTC)</th>
            <th scope="col">Kind</th>
            <th scope="col">Feature</th>
            <th scope="col" class="number">Score</th>
          </tr>
        </thead>
        <tbody>
          ${alerts.map((alert) => alertRow(detector, alert))}
        </tbody>
      </table>
    </div>
    ${more > 0 && html`<p class="quiet">and ${formatCount(more)} more.</p>`}
  `;
}

function alertRow(detector: string, alert: DryRunAlert): VNode {
  const { change, entity, kind, fromMs, toMs, score, feature } = alert;
  const range = { fromMs: fromMs - AROUND_MS, toMs: toMs + AROUND_MS };
  return html`
    <tr key=${`${entity} ${fromMs} ${change}`}>
      <td><span class=${`chip ${change}`} title=${MEANINGS[change]}>${change}</span></td>
      <th scope="row" class="name"><a href=${entityHash(detector, entity, range)}>${entity}</a></th>
      <td class="number">${formatTime(fromMs)}</td>
      <td>${kind}</td>
      <td>${feature ?? '–'}</td>
      <td class="number">${formatScore(score)}</td>
    </tr>
  `;
}
