import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { DaemonState } from './daemon-state.ts';
import { EntityCharts } from './entity-charts.ts';
import { entityRanges } from './entity-ranges.ts';
import { formatScore } from './format.ts';
import { html, part } from './html.ts';
import { notice, trouble } from './notice.ts';
import { entityHash, hashOf } from './route.ts';
import { scoreLevel } from './score-level.ts';
import type { EntitySteps } from './shapes.ts';
import { StepReadout } from './step-readout.ts';
import { useAnswer } from './use-answer.ts';

/** What is shown without a range. */
const NEWEST_STEPS = 360;

/** One entity over time: its features, its score, its alerts, and what was the matter at the cursor. */
export function EntityPage(props: { readonly daemon: DaemonState; readonly query: URLSearchParams }): VNode {
  const { daemon, query } = props;
  const detector = query.get('detector') ?? '';
  const entity = query.get('entity') ?? '';
  const score = daemon.scores.of(detector, entity);
  const { path, isLive } = useStepsPath(daemon, query);
  // What is live follows the entity's own steps; a range of the past does not change.
  const { data, error } = useAnswer<EntitySteps>(path, isLive ? (score?.stepEndMs ?? 0) : 0);
  return html`
    <h1 class="entity-name">
      ${entity} <small><a href="#/">${detector}</a></small>
      ${score !== null && html`<span class=${`score-now level-${scoreLevel(score.score)}`}>${formatScore(score.score)}</span>`}
    </h1>
    <div class="toolbar">
      ${data !== null && data.steps.length > 0 && entityRanges({ detector, entity, data })}
      <a href=${hashOf(['alerts'], { detector, entity })}>Its alerts</a>
      <span class="quiet"
        >${isLive ? 'live; ' : ''}drag over a chart to look closer, click to hold a step</span
      >
    </div>
    ${data?.truncated === true && html`<p class="quiet">Only the newest ${data.steps.length} steps of this range are drawn.</p>`}
    ${error !== null && trouble(error)}
    ${data === null && error === null && html`<p class="quiet">Reading …</p>`}
    ${data?.steps.length === 0 && nothingKept(detector, entity)}
    ${data !== null && data.steps.length > 0 && part(EntityView, { key: path ?? '', detector, entity, data })}
  `;
}

function EntityView(props: {
  readonly detector: string;
  readonly entity: string;
  readonly data: EntitySteps;
}): VNode {
  const { detector, entity, data } = props;
  // By time, as steps are added while one is held.
  const [heldMs, setHeldMs] = useState<number | null>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const found = heldMs === null ? -1 : data.steps.findIndex(({ atMs }) => atMs === heldMs);
  const held = found < 0 ? null : found;
  const hold = (step: number | null): void =>
    setHeldMs(step === null ? null : (data.steps[step]?.atMs ?? null));
  return html`
    <div class="entity">
      ${part(EntityCharts, {
        data,
        pinned: held,
        pin: hold,
        hover: setHovered,
        zoom: (range) => {
          location.hash = entityHash(detector, entity, range);
        },
      })}
      ${part(StepReadout, { detector, entity, data, at: held ?? hovered, held: held !== null, hold })}
    </div>
  `;
}

/** Where the steps are read: the range of the address, or from some steps before the newest on; `null` until that is known. */
function useStepsPath(daemon: DaemonState, query: URLSearchParams) {
  const detector = query.get('detector') ?? '';
  const entity = query.get('entity') ?? '';
  const [from, to] = [query.get('from'), query.get('to')];
  const outline = daemon.outline.find((one) => one.detector === detector);
  const isKnown = outline !== undefined || daemon.status !== null;
  const path = useMemo(() => {
    if (!isKnown) return null;
    const { newestMs = 0, stepMs = 0 } = outline ?? {};
    const range = new URLSearchParams({ from: timeText(from ?? newestMs - NEWEST_STEPS * stepMs) });
    if (to !== null) range.set('to', timeText(to));
    return `/api/v1/entities/${encodeURIComponent(detector)}/${encodeURIComponent(entity)}/steps?${range.toString()}`;
  }, [detector, entity, from, to, isKnown]);
  return { path, isLive: to === null };
}

/** RFC 3339 of Unix ms; what is no time goes to the server as it is, which says so. */
function timeText(ms: string | number): string {
  const date = new Date(Number(ms));
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}

function nothingKept(detector: string, entity: string): VNode {
  return notice(
    'Nothing is kept of it in this time.',
    html`Either it sent nothing then, or it is longer ago than what is kept.${' '}
      <a href=${entityHash(detector, entity)}>See its newest steps</a>`,
  );
}
