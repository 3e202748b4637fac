import { afterEach, beforeEach, expect, it } from 'vitest';
import { shadowName } from '../../src/core/shadow-name.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import { detectorSpec, openWriter, temporaryDirectory } from './sample-checkpoints.ts';

const spec = detectorSpec();
const next = { ...spec, name: shadowName(spec.name) };
const note = { name: 'detectors', text: 'changed' };
const kept = { sha256: '', card: '{}', status: 'candidate' as const, reason: '', createdMs: 1 };

let store: StoreWriter;
beforeEach(() => {
  store = openWriter(temporaryDirectory());
  // The same features of other entities: only the name tells them apart.
  store.declareDetectors([spec, next]);
  for (const { name } of [spec, next]) {
    store.insertModel({ ...kept, detector: name, version: `of ${name}`, path: `/models/${name}` });
    store.activateModel({
      detector: name,
      version: `of ${name}`,
      effectiveStep: name === spec.name ? 900 : 5,
    });
    store.insertAcceptance({
      detector: name,
      entity: name,
      match: [],
      fromStep: 1,
      toStep: 2,
      effectiveStep: 3,
    });
    store.insertTrainingRun({ detector: name, startedMs: 1, endedMs: 2, outcome: 'promoted', detail: name });
    store.insertTrainingRun({
      detector: name,
      startedMs: name.length,
      endedMs: 99,
      outcome: 'x',
      detail: name,
    });
  }
});
afterEach(() => store.close());

it('lets a successor take a detector’s name with all that it has learned, and answers the models that are gone', () => {
  const gone = store.succeed({ dropped: [], succeeded: [{ detector: 'hosts', successor: next.name }] }, note);
  expect(gone.map(({ path }) => path)).toEqual(['/models/hosts']);
  expect(store.listModels('hosts').map(({ version }) => version)).toEqual(['of hosts~next']);
  expect(store.listActivations('hosts')).toMatchObject([{ version: 'of hosts~next', effectiveStep: 5 }]);
  expect(store.stateOf(spec, { rowsNeeded: 1 }).acceptances).toMatchObject([{ entity: 'hosts~next' }]);
  expect(store.listModels(next.name)).toEqual([]);
  expect(store.note('detectors')).toBe('changed');
  // Both have been trained for one and the same detector, as people see it.
  const details = store.listTrainingRuns('hosts', 9).map(({ detail }) => detail);
  expect(new Set(details)).toEqual(new Set(['hosts', 'hosts~next']));
  // Another change may follow.
  store.declareDetectors([spec, next]);
  expect(store.succeed({ dropped: [next.name], succeeded: [] }, note)).toEqual([]);
});

it('forgets what was learned by one that is given up, and nothing of the other', () => {
  const gone = store.succeed({ dropped: [next.name], succeeded: [] }, note);
  expect(gone.map(({ path }) => path)).toEqual(['/models/hosts~next']);
  expect(store.listModels('hosts').map(({ version }) => version)).toEqual(['of hosts']);
  expect(store.listActivations(next.name)).toEqual([]);
  expect(store.stateOf(spec, { rowsNeeded: 1 }).acceptances).toMatchObject([{ entity: 'hosts' }]);
});
