import { describe, expect, it } from 'vitest';
import { modelView } from '../../src/app/model-view.ts';
import type { DeadLetter } from '../../src/core/records.ts';
import type { ModelRecord } from '../../src/store/model-repository.ts';
import type { NewOutboxRow } from '../../src/core/outbox.ts';
import {
  checkpointOf,
  detectorSpec,
  entityRow,
  openWriter,
  temporaryDirectory,
} from './sample-checkpoints.ts';

function outboxRow(id: string, overrides: Partial<NewOutboxRow> = {}): NewOutboxRow {
  return {
    id,
    channel: 'hook',
    alertId: 'a',
    idempotencyKey: `key-${id}`,
    body: '{"x":"ä"}',
    createdMs: 1_000,
    ...overrides,
  };
}

function letter(offset: number, reason = 'not_json', size = 10): DeadLetter {
  const bytes = new Uint8Array(size).fill(offset);
  return { source: 'node', topic: 'metrics', partition: 1, offset, reason, detail: 'seen: x', bytes };
}

describe('the outbox', () => {
  it('gives a channel its pending rows in their order, one for each idempotency key', () => {
    const store = openWriter(temporaryDirectory());
    const other = outboxRow('c', { channel: 'chat' });
    store.applyCheckpoint(checkpointOf({}), { outbox: [outboxRow('b'), outboxRow('a'), other] });
    const again = [outboxRow('a'), outboxRow('z', { idempotencyKey: 'key-b' }), outboxRow('d')];
    store.applyCheckpoint(checkpointOf({}), { outbox: again });
    const fresh = {
      attempts: 0,
      nextAttemptMs: 1_000,
      status: 'pending',
      lastError: null,
      deliveredMs: null,
    };
    expect(store.pendingOutbox('hook', 2)).toEqual([
      { ...outboxRow('b'), ...fresh },
      { ...outboxRow('a'), ...fresh },
    ]);
    expect(store.pendingOutbox('hook', 10).map(({ id }) => id)).toEqual(['b', 'a', 'd']);
    expect(store.outboxCounts().pending).toEqual(
      new Map([
        ['chat', 1],
        ['hook', 3],
      ]),
    );
    store.close();
  });

  it('sends again what was given up, and what followed it of the same alert by the same channel', () => {
    const store = openWriter(temporaryDirectory());
    const rows = ['a1', 'b1', 'a2', 'b2', 'c1'].map((id) => ({ ...outboxRow(id), alertId: id.slice(0, 1) }));
    store.applyCheckpoint(checkpointOf({}), { outbox: rows });
    store.markOutbox([
      { id: 'a1', attempts: 3, status: 'dead', error: 'refused' },
      { id: 'a2', attempts: 1, status: 'delivered', atMs: 2_000 },
      { id: 'b1', attempts: 1, status: 'delivered', atMs: 2_000 },
      { id: 'b2', attempts: 1, status: 'dead', error: 'refused' },
      { id: 'c1', attempts: 1, status: 'delivered', atMs: 2_000 },
    ]);
    expect(store.outboxCounts().dead).toEqual(new Map([['hook', 2]]));
    expect(store.listOutbox({ status: 'dead', limit: 10 }).map(({ id }) => id)).toEqual(['b2', 'a1']);
    expect(store.listOutbox({ alertId: 'a', limit: 1 }).map(({ id }) => id)).toEqual(['a2']);
    expect(store.resendOutbox({ alertId: null, channel: 'chat', onlyDead: true }, 9_000)).toBe(0);
    expect(store.resendOutbox({ alertId: null, channel: 'hook', onlyDead: true }, 9_000)).toBe(3);
    const pending = store.pendingOutbox('hook', 10);
    expect(pending.map(({ id }) => id)).toEqual(['a1', 'a2', 'b2']);
    // Its day begins anew, and its attempts tell the sender that this is a new life.
    expect(pending[0]).toMatchObject({ createdMs: 9_000, nextAttemptMs: 9_000, attempts: 3 });
    expect(store.resendOutbox({ alertId: 'c', channel: null, onlyDead: false }, 9_000)).toBe(1);
    expect(store.resendOutbox({ alertId: 'c', channel: null, onlyDead: false }, 9_000)).toBe(0);
    store.close();
  });

  it('gives up what waits for channels that are no more, to be listed and sent again', () => {
    const store = openWriter(temporaryDirectory());
    const rows = [
      outboxRow('a'),
      { ...outboxRow('b'), channel: 'gone' },
      { ...outboxRow('c'), channel: 'gone' },
    ];
    store.applyCheckpoint(checkpointOf({}), { outbox: rows });
    store.markOutbox([{ id: 'c', attempts: 1, status: 'delivered', atMs: 2_000 }]);
    expect(store.retireOutbox(['hook', 'chat'])).toBe(1);
    expect(store.listOutbox({ status: 'dead', limit: 10 })).toMatchObject([
      { id: 'b', lastError: 'given up: there is no channel of this name any more' },
    ]);
    expect(store.pendingOutbox('hook', 10).map(({ id }) => id)).toEqual(['a']);
    expect(store.retireOutbox(['hook', 'chat'])).toBe(0);
    expect(store.resendOutbox({ alertId: null, channel: 'gone', onlyDead: true }, 9_000)).toBeGreaterThan(0);
    store.close();
  });

  it('gives up the oldest where too many wait for a channel, and says how many', () => {
    const store = openWriter(temporaryDirectory());
    const ids = Array.from({ length: 10_003 }, (_, index) => `row-${index}`);
    const other = { ...outboxRow('other'), channel: 'chat' };
    const outbox = [other, ...ids.map((id) => outboxRow(id))];
    expect(store.applyCheckpoint(checkpointOf({}), { outbox }).outboxDropped).toBe(3);
    expect(store.outboxCounts().pending).toEqual(
      new Map([
        ['chat', 1],
        ['hook', 10_000],
      ]),
    );
    const dead = store.listOutbox({ status: 'dead', limit: 10 });
    expect(dead.map(({ id }) => id)).toEqual(['row-2', 'row-1', 'row-0']);
    expect(dead[0]?.lastError).toContain('more than 10000');
    expect(store.applyCheckpoint(checkpointOf({}), { outbox: [] }).outboxDropped).toBe(0);
    store.close();
  });

  it('keeps what became of each attempt', () => {
    const store = openWriter(temporaryDirectory());
    store.applyCheckpoint(checkpointOf({}), { outbox: ['a', 'b', 'c'].map((id) => outboxRow(id)) });
    store.markOutbox([
      { id: 'a', attempts: 1, status: 'delivered', atMs: 2_000 },
      { id: 'b', attempts: 1, status: 'pending', nextAttemptMs: 4_000, error: 'HTTP 503' },
      { id: 'c', attempts: 9, status: 'dead', error: 'HTTP 410' },
    ]);
    // A mark that was overtaken by a later one does not bring a delivered row back.
    store.markOutbox([{ id: 'a', attempts: 1, status: 'pending', nextAttemptMs: 4_000, error: 'HTTP 503' }]);
    expect(store.pendingOutbox('hook', 10)).toMatchObject([
      { id: 'b', attempts: 1, nextAttemptMs: 4_000, lastError: 'HTTP 503' },
    ]);
    expect(store.outboxOfAlert('a')).toMatchObject([
      { id: 'a', status: 'delivered', attempts: 1, deliveredMs: 2_000, lastError: null },
      { id: 'b', status: 'pending' },
      { id: 'c', status: 'dead', attempts: 9, lastError: 'HTTP 410' },
    ]);
    store.close();
  });
});

describe('dead letters', () => {
  it('are a ring bounded by count and by bytes', () => {
    const directory = temporaryDirectory();
    const bounds = { maxCount: 5, maxBytes: 160 };
    const store = openWriter(directory, { deadLetters: bounds });
    const write = (deadLetters: DeadLetter[]): void => {
      store.applyCheckpoint(checkpointOf({ effects: { deadLetters } }), { outbox: [] });
    };
    write([1, 2, 3, 4, 5, 6, 7].map((offset) => letter(offset)));
    write([letter(7)]);
    expect(store.deadLetters(10).map(({ offset }) => offset)).toEqual([7, 6, 5, 4, 3]);
    // A letter above a sixteenth of the ring is cut.
    write([letter(8, 'bad_time', 1_000)]);
    expect(store.deadLetters(1)[0]?.bytes).toEqual(new Uint8Array(10).fill(8));
    expect(
      store.deadLetterReasons(5).map(({ reason, count, newest }) => [reason, count, newest.offset]),
    ).toEqual([
      ['not_json', 4, 7],
      ['bad_time', 1, 8],
    ]);
    store.close();
    const smaller = openWriter(directory, { deadLetters: { maxCount: 50, maxBytes: 32 } });
    smaller.applyCheckpoint(checkpointOf({ effects: { deadLetters: [letter(9)] } }), { outbox: [] });
    expect(smaller.deadLetters(10).map(({ offset }) => offset)).toEqual([9, 8, 7, 6]);
    smaller.close();
  });
});

describe('more dead letters than the ring holds', () => {
  it('are not written one by one to be deleted again: only the newest are', () => {
    const store = openWriter(temporaryDirectory(), { deadLetters: { maxCount: 5, maxBytes: 1e6 } });
    const write = (...offsets: number[]): void => {
      const deadLetters = offsets.map((offset) => letter(offset));
      store.applyCheckpoint(checkpointOf({ effects: { deadLetters } }), { outbox: [] });
    };
    write(1, 2, 3, 4, 5);
    // Had 6 been written, it would have pushed 1 out before it came again, as the newest.
    write(6, 1, 2, 3, 4, 5);
    expect(store.deadLetters(10).map(({ offset }) => offset)).toEqual([5, 4, 3, 2, 1]);
    store.close();
  });
});

describe('models', () => {
  function model(version: string, createdMs: number, status: ModelRecord['status'] = 'candidate') {
    return {
      detector: 'hosts',
      version,
      path: `/m/${version}`,
      sha256: 'ff',
      card: '{"n":1}',
      status,
      reason: '',
      createdMs,
    };
  }

  it('of a detector whose steps have changed are in use by time, and keep the step that their number counts', () => {
    const store = openWriter(temporaryDirectory());
    const spec = detectorSpec();
    const slower = { ...spec, stepMs: 20 * spec.stepMs };
    const use = (version: string, detector: typeof spec, effectiveStep: number): void => {
      store.declareDetectors([detector]);
      store.insertModel(model(version, 1));
      store.activateModel({ detector: 'hosts', version, effectiveStep });
    };
    use('v1', spec, 7_000_000);
    use('v2', slower, 350_001);
    expect(store.listActivations('hosts').map(({ version }) => version)).toEqual(['v1', 'v2']);
    expect(store.findModel('hosts', 'v2')).toMatchObject({ status: 'active', stepMs: slower.stepMs });
    expect(store.findModel('hosts', 'v1')).toMatchObject({ status: 'retired', stepMs: spec.stepMs });
    const first = store.findModel('hosts', 'v1');
    if (first === null) throw new Error('v1 is not on record');
    const shown = modelView({ ...first, card: '{}' }, slower.stepMs).activeFrom;
    expect(shown).toBe(new Date(7_000_000 * spec.stepMs).toISOString());
    store.close();
  });

  it('have one active version a detector, the one activated last in event time', () => {
    const store = openWriter(temporaryDirectory());
    store.declareDetectors([detectorSpec()]);
    store.insertModel(model('v1', 1));
    store.insertModel(model('v2', 2));
    store.activateModel({ detector: 'hosts', version: 'v1', effectiveStep: 10 });
    const activations = [{ detector: 'hosts', version: 'v2', effectiveStep: 20 }];
    store.applyCheckpoint(checkpointOf({ effects: { activations } }), { outbox: [] });
    const statuses = (): unknown[] =>
      store.listModels('hosts').map(({ version, status, effectiveStep }) => [version, status, effectiveStep]);
    expect(statuses()).toEqual([
      ['v2', 'active', 20],
      ['v1', 'retired', 10],
    ]);
    store.activateModel({ detector: 'hosts', version: 'v1', effectiveStep: 10 });
    expect(statuses()[0]).toEqual(['v2', 'active', 20]);
    store.insertModel(model('v2', 2));
    expect(store.findModel('hosts', 'v2')).toEqual({
      ...model('v2', 2, 'active'),
      effectiveStep: 20,
      stepMs: 15_000,
    });
    expect(store.findModel('hosts', 'v9')).toBeNull();
    store.activateModel({ detector: 'hosts', version: 'v1', effectiveStep: 30 });
    expect(statuses()).toEqual([
      ['v2', 'retired', 20],
      ['v1', 'active', 30],
    ]);
    expect(store.listActivations('hosts').map(({ version }) => version)).toEqual(['v1', 'v2', 'v1']);
    store.close();
  });

  it('are pruned down to the newest, never the active one, with what was kept for them', () => {
    const store = openWriter(temporaryDirectory());
    store.declareDetectors([detectorSpec()]);
    for (let index = 1; index <= 6; index++) store.insertModel(model(`v${index}`, index));
    for (let index = 1; index <= 3; index++) store.insertModel(model(`r${index}`, index, 'rejected'));
    store.activateModel({ detector: 'hosts', version: 'v1', effectiveStep: 10 });
    const calibration = { detector: 'hosts', entity: 'db-1', upToStep: 5, bytes: Uint8Array.of(1) };
    store.applyCheckpoint(
      checkpointOf({
        entities: [entityRow('db-1', 1)],
        calibrations: [{ ...calibration, modelVersion: 'v2' }],
      }),
      { outbox: [] },
    );
    const pruned = store.pruneModels('hosts', 2).map(({ version }) => version);
    expect(pruned).toEqual(['v4', 'v3', 'v2', 'r1']);
    expect(store.listModels('hosts').map(({ version }) => version)).toEqual(['v6', 'v5', 'r3', 'r2', 'v1']);
    expect(store.readRestoredState([detectorSpec()], 64).entities[0]?.calibration).toBeNull();
    store.close();
  });
});

describe('training runs', () => {
  it('are listed newest first and bounded', () => {
    const store = openWriter(temporaryDirectory());
    for (let run = 0; run < 103; run++) {
      store.insertTrainingRun({
        detector: 'hosts',
        startedMs: run,
        endedMs: run + 1,
        outcome: 'promoted',
        detail: 'ok',
      });
    }
    expect(store.listTrainingRuns('hosts', 2).map(({ startedMs }) => startedMs)).toEqual([102, 101]);
    expect(store.listTrainingRuns('hosts', 1_000)).toHaveLength(100);
    expect(store.listTrainingRuns('jobs', 2)).toEqual([]);
    store.close();
  });

  it('are there from their beginning, so that one that nobody ended can be ended as failed', () => {
    const store = openWriter(temporaryDirectory());
    const run = { detector: 'hosts', startedMs: 5, endedMs: 9, outcome: 'promoted', detail: 'ok' };
    store.startTrainingRun('hosts', 5);
    store.insertTrainingRun(run);
    store.startTrainingRun('hosts', 7);
    expect(store.listTrainingRuns('hosts', 9)).toEqual([run]);
    expect(store.failUnendedRuns('Nobody knows.')).toEqual([{ detector: 'hosts', startedMs: 7 }]);
    expect(store.failUnendedRuns('Again.')).toEqual([]);
    expect(store.listTrainingRuns('hosts', 9)).toEqual([
      { detector: 'hosts', startedMs: 7, endedMs: 7, outcome: 'failed', detail: 'Nobody knows.' },
      run,
    ]);
    store.close();
  });
});

describe('a detector that was not declared', () => {
  it('is a programmer’s error, and nothing of the checkpoint is written', () => {
    const store = openWriter(temporaryDirectory());
    expect(() =>
      store.applyCheckpoint(checkpointOf({ entities: [entityRow('db-1', 1)] }), { outbox: [] }),
    ).toThrow(/hosts was not declared/);
    expect(store.sequence).toBe(0);
    store.close();
  });
});
