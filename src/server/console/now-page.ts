import type { VNode } from 'preact';
import type { DaemonState } from './daemon-state.ts';
import { DetectorNow } from './detector-now.ts';
import { html, part } from './html.ts';
import { LEVEL_NAMES } from './score-level.ts';
import { notice } from './notice.ts';
import { openAlertList, pastAlertList } from './open-alert-list.ts';
import { quietList } from './quiet-list.ts';
import { sourceList } from './source-list.ts';

/** What is going on: open alerts, every entity by its score, and how far the reading is. */
export function NowPage({ daemon }: { readonly daemon: DaemonState }): VNode {
  const { status, sources } = daemon;
  if (status === null)
    return html`<h1 class="unseen">Now</h1>
      <p class="quiet">Reading …</p>`;
  return html`
    <h1 class="unseen">Now</h1>
    <div class="now">
      <section class="alerts-now" aria-labelledby="open-alerts">
        <h2 id="open-alerts">Open alerts</h2>
        ${openAlertList(daemon)} ${quietList(daemon)}
      </section>
      ${
        daemon.pastAlerts.length > 0 &&
        html`<section class="past-now" aria-labelledby="past-alerts">
          <h2 id="past-alerts"><a href="#/alerts">Ended last</a></h2>
          ${pastAlertList(daemon)}
        </section>`
      }
      <div class="detectors-now">
        ${
          status.detectors.length === 0 &&
          notice(
            'No detector is configured.',
            'A detector says which series to watch, and what one entity is.',
          )
        }
        ${status.detectors.map((detector) => part(DetectorNow, { key: detector.detector, detector, daemon }))}
        ${status.detectors.length > 0 && scoreKey()}
      </div>
      <section class="sources-now" aria-labelledby="sources-now">
        <h2 id="sources-now"><a href="#/sources">Sources</a></h2>
        ${sourceList(sources, status.limits)}
      </section>
    </div>
  `;
}

function scoreKey(): VNode {
  return html`
    <p class="key">
      <span>Score:</span>
      ${LEVEL_NAMES.map((name, level) => html`<span><i class=${`level-${level}`}></i>${name}</span>`)}
    </p>
  `;
}
