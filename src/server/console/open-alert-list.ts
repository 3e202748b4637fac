import type { VNode } from 'preact';
import type { DaemonState } from './daemon-state.ts';
import { formatScore, formatSpan, formatTime } from './format.ts';
import { html } from './html.ts';
import { hashOf } from './route.ts';
import type { AlertView } from './shapes.ts';

const MOST_SHOWN = 12;

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
  return html`
    <ul class="open-alerts">
      ${ranked.slice(0, MOST_SHOWN).map((view) => openAlert(view, lastedMs(view, outline)))}
    </ul>
    ${
      ranked.length > MOST_SHOWN &&
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
              <span>score ${formatScore(alert.peakScore)}</span>
              ${label !== null && html`<span class="chip">${label}</span>`}
            </span>
          </li>
        `,
      )}
    </ul>
  `;
}

function openAlert({ alert, text, since, deliver }: AlertView, lasted: number | null): VNode {
  return html`
    <li class=${alert.state}>
      <a href=${hashOf(['alerts', alert.id])}>${text.split('\n')[0]}</a>
      <span class="facts">
        <span class=${`state ${alert.state}`}>${alert.state}</span>
        <span>score ${formatScore(alert.peakScore)}</span>
        <span title=${`since ${formatTime(since)} UTC`}>
          ${lasted === null ? formatTime(since) : `for ${formatSpan(lasted)}`}
        </span>
        ${!deliver && alert.state === 'firing' && html`<span title="Observe mode, or a threshold that is still provisional">not sent</span>`}
      </span>
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
