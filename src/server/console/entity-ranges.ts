import type { VNode } from 'preact';
import { formatTime } from './format.ts';
import { html } from './html.ts';
import { entityHash } from './route.ts';
import type { EntitySteps } from './shapes.ts';

/** Lengths to choose from, in steps. */
const LENGTHS: readonly number[] = [60, 360, 1440];
/** Nothing is seen in less. */
const LEAST_STEPS = 20;

/** Links to other ranges of an entity's steps, each a permalink. */
export function entityRanges(props: { detector: string; entity: string; data: EntitySteps }): VNode {
  const { detector, entity, data } = props;
  const { stepMs, steps } = data;
  const first = steps[0]?.atMs ?? 0;
  const last = (steps.at(-1)?.atMs ?? 0) + stepMs;
  const span = Math.max(last - first, LEAST_STEPS * stepMs);
  const go = (fromMs: number, toMs: number): string => entityHash(detector, entity, { fromMs, toMs });
  return html`
    <nav class="ranges" aria-label="Range of time">
      ${LENGTHS.map((count) => html`<a href=${go(last - count * stepMs, last)}>${lengthName(count * stepMs)}</a>`)}
      <a href=${go(first - span / 2, last - span / 2)} aria-label="Earlier">←</a>
      <a href=${go(first + span / 2, last + span / 2)} aria-label="Later">→</a>
      <a href=${go(first - span / 2, last + span / 2)}>wider</a>
      <a href=${entityHash(detector, entity)}>newest</a>
      <a href=${go(first, last)}>link</a>
      <span class="quiet">${formatTime(first)} – ${formatTime(last).slice(11)} UTC</span>
    </nav>
  `;
}

function lengthName(ms: number): string {
  const hours = ms / 3_600_000;
  if (hours < 1) return `${Math.round(ms / 60_000)} min`;
  return hours < 48 ? `${Number(hours.toFixed(1))} h` : `${Math.round(hours / 24)} d`;
}
