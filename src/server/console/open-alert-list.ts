import type { VNode } from 'preact';
import type { DaemonState } from './daemon-state.ts';
import { formatOf, formatPeak, formatSpan, formatTime } from './format.ts';
import { html } from './html.ts';
import { hashOf } from './route.ts';
import type { AlertView } from './shapes.ts';

const MOST_SHOWN = 12;
/** Entities of an incident that are named beside the strongest one. */
const MOST_NAMED = 5;

/** Alerts that fire, then those that wait for confirmation; strongest first. */
export function openAlertList({ openAlerts, outline, status }: DaemonState): VNode {
  if (openAlerts.length === 0) {
    const learning = status?.detectors.filter(({ modelVersion }) => modelVersion === null) ?? [];
    const text =
      learning.length > 0
        ? `None yet: ${learning.map(({ detector }) => detector).join(', ')} ${learning.length === 1 ? 'is' : 'are'} still learning what is normal.`
        : 'None. Everything moves as it usually does.';
    return html`<p class="quiet">${text}</p>`;
  }
  const ranked = [...openAlerts].sort(
    (a, b) => rankOf(a) - rankOf(b) || b.alert.peakScore - a.alert.peakScore,
  );
  const groups = byIncident(ranked);
  return html`
    <ul class="open-alerts">
      ${groups.slice(0, MOST_SHOWN).map((views) => openGroup(views, outline))}
    </ul>
    ${
      groups.length > MOST_SHOWN &&
      html`<p><a href="#/alerts?state=firing">All ${ranked.length} open alerts</a></p>`
    }
  `;
}

/** Alerts that ended last. */
export function pastAlertList({ pastAlerts }: DaemonState): VNode {
  return html`
    <ul class="open-alerts">
      ${pastAlerts.map(
        ({ alert, text, since, label }) => html`
          <li>
            <a href=${hashOf(['alerts', alert.id])}>${text.split('\n')[0]?.replace(/^Resolved: /, '')}</a>
            <span class="facts">
              <span>${formatTime(since)}</span>
              <span>${formatPeak(alert)}</span>
              ${label !== null && html`<span class="chip">${label}</span>`}
            </span>
          </li>
        `,
      )}
    </ul>
  `;
}

/** Alerts of the same incident together, in the order of each one's first. */
function byIncident(ranked: readonly AlertView[]): AlertView[][] {
  const groups = new Map<string, AlertView[]>();
  for (const view of ranked) {
    const key = view.incident ?? view.alert.id;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [view]);
    else group.push(view);
  }
  return [...groups.values()];
}

/** Alerts that are told as one incident: the strongest, and who else is in it. */
function openGroup([first, ...others]: readonly AlertView[], outline: DaemonState['outline']): VNode | null {
  if (first === undefined) return null;
  const { alert, text, since, deliver, incident } = first;
  const lasted = lastedMs(first, outline);
  return html`
    <li class=${alert.state}>
      <a href=${hashOf(['alerts', alert.id])}>${text.split('\n')[0]}</a>
      <span class="facts">
        <span class=${`state ${alert.state}`}>${alert.state}</span>
        <span>${formatPeak(alert)}</span>
        <span title=${`since ${formatTime(since)} UTC`}>
          ${lasted === null ? formatTime(since) : `for ${formatSpan(lasted)}`}
        </span>
        ${!deliver && alert.state === 'firing' && html`<span title="Observe mode, or a threshold that is still provisional">not sent</span>`}
      </span>
      ${
        others.length > 0 &&
        html`<span class="facts">
          <span>
            with
            <a href=${hashOf(['alerts'], { incident })}>${formatOf(others.length, 'other', 'others')}</a
            >${': '}
            ${others
              .slice(0, MOST_NAMED)
              .map((view) => view.alert.entity)
              .join(', ')}${others.length > MOST_NAMED && ', …'}
          </span>
        </span>`
      }
    </li>
  `;
}

/** How long it has lasted by the clock of its detector: in a replay that is not the wall clock. */
function lastedMs({ alert, since }: AlertView, outline: DaemonState['outline']): number | null {
  const now = outline.find(({ detector }) => detector === alert.detector)?.lastScoredMs ?? null;
  return now === null ? null : Math.max(0, now - Date.parse(since));
}

function rankOf({ alert }: AlertView): number {
  return alert.state === 'firing' ? 0 : 1;
}
