import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { AlertActions } from './alert-actions.ts';
import { contributionTable } from './contribution-table.ts';
import type { DaemonState } from './daemon-state.ts';
import { DeliveryList } from './delivery-list.ts';
import { formatPeak, formatSpan, formatTime } from './format.ts';
import { html, part } from './html.ts';
import { entityHash, hashOf } from './route.ts';
import { rangeAround } from './alert-range.ts';
import { sparkline } from './sparkline.ts';
import type { AlertView } from './shapes.ts';

/** One alert: a line, and when opened all that is known of it and what can be done. */
export function AlertCard(props: {
  readonly view: AlertView;
  readonly daemon: DaemonState;
  readonly open: boolean;
}): VNode {
  const { view, daemon } = props;
  const [open, setOpen] = useState(props.open);
  const { alert, label, since, text } = view;
  const [title = '', ...lines] = text.split('\n');
  const stepMs = daemon.outline.find(({ detector }) => detector === alert.detector)?.stepMs ?? null;
  return html`
    <details
      class=${`alert-card ${alert.state}`}
      open=${open}
      onToggle=${(event: Event) => setOpen((event.target as HTMLDetailsElement).open)}
    >
      <summary>
        <span class=${`state ${alert.state}`}>${alert.state}</span>
        <span class="title">${title.replace(/^Resolved: /, '')}</span>
        <span class="facts">
          <span>${formatTime(since)} UTC</span>
          ${stepMs !== null && html`<span>${formatSpan(((alert.stayedStep ?? alert.lastStepOver) + 1 - alert.firstStepOver) * stepMs)}</span>`}
          <span>${formatPeak(alert)}</span>
          ${label !== null && html`<span class="chip">${label}</span>`} ${sentFact(view)}
        </span>
      </summary>
      ${
        open &&
        html`
          <div class="alert-body">
            <div>
              ${contributionTable(alert.contributions)}
              ${
                alert.recent.length > 1 &&
                html`<p class="recent">
                  ${alert.contributions[0]?.feature ?? ''}, last ${alert.recent.length} steps
                  ${sparkline(alert.recent)}
                </p>`
              }
              <p>
                <a
                  href=${entityHash(alert.detector, alert.entity, stepMs === null ? undefined : rangeAround(alert, stepMs))}
                >
                  See ${alert.entity} at that time
                </a>
                ${' · '}<a href=${hashOf(['alerts'], { detector: alert.detector, entity: alert.entity })}
                  >its other alerts</a
                >
                ${' · '}<a href=${hashOf(['alerts', alert.id])}>link to this one</a>
              </p>
              ${part(DeliveryList, { alertId: alert.id, version: daemon.alertChanges })}
              ${part(AlertActions, { view, daemon })}
            </div>
            <pre class="explanation" tabindex="0" aria-label="The explanation as it is sent">
${lines.join('\n')}</pre>
          </div>
        `
      }
    </details>
  `;
}

function sentFact({ alert, deliver }: AlertView): VNode | null {
  if (alert.state === 'pending' || deliver) return null;
  const why = alert.provisional
    ? 'Its threshold rested on too little yet'
    : 'Observe mode, or too old when it was found';
  return html`<span title=${why}>not sent</span>`;
}
