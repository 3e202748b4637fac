import { expect, it } from 'vitest';
import type { QuietWindow } from '../../src/pipeline/alerts/quiet-window.ts';
import {
  checkpointOf,
  detectorSpec,
  entityRow,
  openWriter,
  temporaryDirectory,
} from './sample-checkpoints.ts';

const window = (change: Partial<QuietWindow>): QuietWindow => ({
  id: 'a',
  kind: 'mute',
  origin: 'api',
  detector: 'hosts',
  entity: null,
  matchers: [{ label: 'role', op: '=~', value: 'db' }],
  fromMs: 0,
  untilMs: Infinity,
  recurs: null,
  knownFromMs: -Infinity,
  comment: 'night',
  ...change,
});

it('quiet windows come back as they were, are replaced by their id, and go when they are taken back', () => {
  const store = openWriter(temporaryDirectory());
  const silence = window({ id: 'b', kind: 'silence' });
  store.applyCheckpoint(checkpointOf({ effects: { windows: [{ window: window({}), removed: false }] } }), {
    outbox: [],
  });
  store.changeWindows([{ window: silence, removed: false }]);
  expect(store.quietWindows()).toEqual([window({}), silence]);
  // The pipeline has no use for silences.
  expect(store.readRestoredState([detectorSpec()], 1).windows).toEqual([window({})]);
  store.changeWindows([{ window: window({ untilMs: 7 }), removed: false }]);
  expect(store.quietWindows()[0]?.untilMs).toBe(7);
  store.changeWindows([{ window: silence, removed: true }]);
  expect(store.quietWindows().map(({ id }) => id)).toEqual(['a']);
  store.close();
});

it('windows that are long over are forgotten', () => {
  const store = openWriter(temporaryDirectory());
  store.declareDetectors([detectorSpec()]);
  store.changeWindows([
    { window: window({ untilMs: 7 }), removed: false },
    { window: window({ id: 'b' }), removed: false },
  ]);
  const entities = [entityRow('db-1', (500 * 86_400_000) / 15_000)];
  store.applyCheckpoint(checkpointOf({ entities }), { outbox: [] });
  store.applyCheckpoint(checkpointOf({}), { outbox: [] });
  expect(store.quietWindows().map(({ id }) => id)).toEqual(['b']);
  store.close();
});

it('a silence is forgotten once trainings reach no further back, planned work after 400 days', () => {
  const store = openWriter(temporaryDirectory());
  store.declareDetectors([detectorSpec()]);
  const day = 86_400_000;
  store.changeWindows(
    (['silence', 'maintenance'] as const).flatMap((kind) =>
      [464, 466].map((end) => ({
        window: window({ id: `${kind} ${end}`, kind, untilMs: end * day }),
        removed: false,
      })),
    ),
  );
  const entities = [entityRow('db-1', (500 * day) / 15_000)];
  store.applyCheckpoint(checkpointOf({ entities }), { outbox: [] });
  store.applyCheckpoint(checkpointOf({}), { outbox: [] });
  const ids = store.quietWindows().map(({ id }) => id);
  expect(ids).toEqual(['maintenance 464', 'maintenance 466', 'silence 466']);
  store.close();
});
