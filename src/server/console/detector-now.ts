import type { VNode } from 'preact';
import type { DaemonState } from './daemon-state.ts';
import { EntityList } from './entity-list.ts';
import { EntityTiles } from './entity-tiles.ts';
import { formatCount, formatOf, formatShare, formatTime } from './format.ts';
import { HeatStrip } from './heat-strip.ts';
import { html, part } from './html.ts';
import { notice } from './notice.ts';
import type { DetectorStatus } from './shapes.ts';

/** Up to so many entities are tiles with names; more are cells of a strip. */
const MOST_TILES = 120;
/** A detector that finds less of a fault than that is blind to it. */
const BLIND_BELOW = 0.5;

/** One detector: how it is doing, its entities by score, and all of them as a list. */
export function DetectorNow(props: {
  readonly detector: DetectorStatus;
  readonly daemon: DaemonState;
}): VNode {
  const { detector, daemon } = props;
  const { detector: name } = detector;
  const ranked = daemon.scores.ranked(name);
  const id = `detector-${name}`;
  return html`
    <section class="detector-now" aria-labelledby=${id}>
      <header>
        <h2 id=${id}>${name}</h2>
        ${factsOf(detector, daemon)}
      </header>
      ${ranked.length === 0 ? unscored(detector) : null}
      ${ranked.length > 0 && ranked.length <= MOST_TILES && part(EntityTiles, { detector: name, ranked })}
      ${ranked.length > MOST_TILES && part(HeatStrip, { detector: name, ranked })}
      ${ranked.length > MOST_TILES && part(EntityList, { detector: name, ranked })}
    </section>
  `;
}

function factsOf(detector: DetectorStatus, daemon: DaemonState): VNode {
  const { detector: name, mode, entities, openAlerts, threshold, modelVersion, training } = detector;
  const outline = daemon.outline.find((one) => one.detector === name);
  const provisional = threshold?.provisionalEntities ?? 0;
  return html`
    <ul class="facts">
      <li>${formatOf(entities, 'entity', 'entities')}</li>
      <li>${formatCount(openAlerts)} open</li>
      ${outline !== undefined && budgetFact(outline)}
      ${
        mode === 'observe' &&
        html`<li title="mode: observe sends nothing; these alerts it would have sent in the last 7 days">
          observing:
          <a href=${`#/alerts?detector=${encodeURIComponent(name)}`}
            >${formatOf(outline?.heldBack ?? 0, 'alert', 'alerts')} held back</a
          >
        </li>`
      }
      ${
        provisional > 0 &&
        html`<li
          title="Too little has been scored yet to be sure of their thresholds: their alerts are shown, not sent"
        >
          ${formatCount(provisional)} provisional
        </li>`
      }
      ${nextFact(detector)} ${blindFact(detector)} ${training === 'running' && html`<li>training</li>`}
      ${
        modelVersion !== null &&
        html`<li>
          model <a href=${`#/models/${encodeURIComponent(modelVersion)}`}><code>${modelVersion}</code></a>
        </li>`
      }
      ${typeof outline?.lastScoredMs === 'number' && html`<li>scored up to ${formatTime(outline.lastScoredMs)} UTC</li>`}
    </ul>
  `;
}

/** Faults that it would not see now, as the self-test of the last hour says. */
function blindFact({ selfTest }: DetectorStatus): VNode | null {
  const unseen = selfTest?.faults.filter(({ recall }) => recall < BLIND_BELOW) ?? [];
  if (unseen.length === 0) return null;
  const names = unseen.map(({ fault }) => fault.replaceAll('_', ' ')).join(', ');
  const hasFallen = unseen.some(({ fallen }) => fallen);
  return html`
    <li
      class=${hasFallen ? 'over' : ''}
      title=${`Less than half of such faults, put into its newest normal steps, would have raised an alert${hasFallen ? '; some were seen when it was trained' : ''}`}
    >
      blind to: ${names}
    </li>
  `;
}

function budgetFact({ budget, budgetUsed }: DaemonState['outline'][number]): VNode {
  return html`
    <li
      class=${budgetUsed > 1 ? 'over' : ''}
      title="Incidents told in the last 7 days and not labelled real, of those that the budget allows"
    >
      ${formatShare(budgetUsed)} of ${budget} used
    </li>
  `;
}

function unscored(status: DetectorStatus): VNode {
  const { detector, warmupRatio, modelVersion, entities, training, bootstrap } = status;
  if (bootstrap !== null) {
    return html`
      <div class="notice">
        <strong>History is being read back.</strong>
        <progress
          max="1"
          value=${bootstrap.ratio}
          aria-label=${`History of ${detector} read back`}
        ></progress>
        ${bootstrap.text}
      </div>
    `;
  }
  if (modelVersion !== null) {
    return notice(
      'No step has been scored since strayd started.',
      'Scores appear with the next step of each entity; if none comes, look at the sources.',
    );
  }
  if (entities === 0) {
    return notice(
      'No entity has been seen yet.',
      html`Nothing that was read so far fits this detector's <code>select</code>, features and
        <code>entity</code> labels.${' '} <code>strayd check --online</code> tells what the topics hold.`,
    );
  }
  if (training === 'running') {
    return notice('The first model is being trained.', 'Scores appear with the next steps after it.');
  }
  return html`
    <div class="notice">
      <strong>Learning what is normal.</strong>
      <progress
        max="1"
        value=${warmupRatio}
        aria-label=${`History of ${detector} for the first training`}
      ></progress>
      ${formatShare(warmupRatio)} of the history that the first training waits for. Until then nothing is
      scored, and nothing can alert.
    </div>
  `;
}

function nextFact({ next }: DetectorStatus): VNode | null {
  if (next === undefined || next === null) return null;
  const how =
    next.modelVersion === null
      ? `${Math.round(100 * next.warmupRatio)} % of the history for its first model`
      : 'its thresholds are still thin';
  return html`<li title="It goes on as before until what it is configured to be has warmed up beside it">
    changing: ${how}
  </li>`;
}
