import { expect, it } from 'vitest';
import { cronTimes } from '../../src/config/cron-times.ts';
import type { QuietWindow } from '../../src/pipeline/alerts/quiet-window.ts';
import { QuietWindows } from '../../src/pipeline/alerts/quiet-windows.ts';
import { quietSpans } from '../../src/training/quiet-spans.ts';
import { fakeSpec } from '../pipeline/scoring/fake-scoring-model.ts';

const STEP_MS = 300_000;
const spec = fakeSpec({ cohort: ['role'] });
const entities = [
  { entity: 'db-1', cohort: 'db' },
  { entity: 'web-1', cohort: 'web' },
];

const window = (change: Partial<QuietWindow>): QuietWindow => ({
  id: 'w',
  kind: 'maintenance',
  origin: 'api',
  detector: null,
  entity: null,
  matchers: [],
  fromMs: 1000.5 * STEP_MS,
  untilMs: 1010 * STEP_MS,
  recurs: null,
  knownFromMs: Infinity,
  comment: '',
  ...change,
});

const spansOf = (...windows: readonly QuietWindow[]) =>
  quietSpans(new QuietWindows(cronTimes, windows), entities, { spec, newestStep: 9000 });

it('every step that maintenance or a silence touches is left out of the entities that it is about, whenever that was said', () => {
  const role = { label: 'role', op: '=', value: 'db' } as const;
  expect(spansOf(window({ matchers: [role] }))).toEqual([
    { entity: 'db-1', firstStep: 1000, lastStep: 1009, reason: 'maintenance' },
  ]);
  const instance = { label: 'instance', op: '=~', value: 'web-.*' } as const;
  expect(spansOf(window({ kind: 'silence', matchers: [instance] }))).toEqual([
    { entity: 'web-1', firstStep: 1000, lastStep: 1009, reason: 'silence' },
  ]);
});

it('a mute is learned from, and so is what lies before the span of training', () => {
  expect(spansOf(window({ kind: 'mute' }), window({ id: 'old', fromMs: 0, untilMs: 1 }))).toEqual([]);
});
