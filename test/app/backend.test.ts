import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackend } from '../../src/app/backend.ts';
import { createInstruments } from '../../src/app/instruments.ts';
import type { Instruments } from '../../src/app/instruments.ts';
import { LookBackModels } from '../../src/app/look-back-models.ts';
import type { PipelineCall } from '../../src/app/messages.ts';
import type { PipelineThread } from '../../src/app/pipeline-thread.ts';
import type { TrainingDesk } from '../../src/app/training-desk.ts';
import type { SelfTester } from '../../src/app/self-tester.ts';
import type { Backend } from '../../src/server/backend.ts';
import type { SelfTestView } from '../../src/server/views/self-test-view.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import { firingAlert, notificationOf } from '../delivery/alert-fixtures.ts';
import { newRow } from '../delivery/memory-outbox.ts';
import { checkpointOf, openWriter, temporaryDirectory, transition } from '../store/sample-checkpoints.ts';
import { configOf } from './config-fixture.ts';
import { publishedWith } from './published-fixtures.ts';

const TESTED: SelfTestView = { testedMs: 5000, version: 'v1', detail: null, faults: [] };

describe('the backend of the HTTP side', () => {
  let store: StoreWriter;
  let instruments: Instruments;
  let backend: Backend;
  const asked: PipelineCall[] = [];
  let woken = 0;
  let resent = 2;
  const running = { detector: null as string | null };

  beforeEach(() => {
    const config = configOf('/nowhere');
    store = openWriter(temporaryDirectory());
    store.declareDetectors(config.detectors);
    instruments = createInstruments(config, 'silent', { version: '1', nodeVersion: '20' });
    asked.length = 0;
    running.detector = null;
    const thread = {
      call: (call: PipelineCall) => {
        asked.push(call);
        return Promise.resolve(
          call.kind === 'resend' ? resent : call.kind === 'label' && call.id === 'known',
        );
      },
    } as unknown as PipelineThread;
    const desk = {
      get running() {
        return running.detector;
      },
      request: () => running.detector === null,
    } as unknown as TrainingDesk;
    woken = 0;
    backend = createBackend({
      config,
      version: '1.2.3',
      store,
      thread,
      desk,
      tester: { view: (name: string) => (name === 'hosts' ? TESTED : null) } as unknown as SelfTester,
      instruments,
      lookBackModels: new LookBackModels(),
      wakeDelivery: () => {
        woken += 1;
      },
    });
  });
  afterEach(() => store.close());

  it('gives an alert with its onset, its words and what became of it', () => {
    const alert = firingAlert(Date.UTC(2026, 0, 5));
    const effects = { transitions: [transition(alert, 'pending', 'firing', alert.firstStepOver)] };
    store.applyCheckpoint(checkpointOf({ effects }), { outbox: [] });
    store.labelAlert(alert.id, 'real');
    const view = backend.alert(alert.id);
    expect(view).toMatchObject({ alert, label: 'real', deliver: false, since: '2026-01-05T00:00:00.000Z' });
    expect(view?.text).toContain('latency 4.2');
    expect(backend.alerts({ limit: 10 })).toEqual([view]);
    expect(backend.alerts({ limit: 10, detector: 'other' })).toEqual([]);
    expect(backend.alert('unknown')).toBeNull();
  });

  it('gives incidents with their alerts, and finds deliveries by either id', async () => {
    const alert = firingAlert(Date.UTC(2026, 0, 5));
    const { incident } = notificationOf(alert);
    const effects = {
      transitions: [transition(alert, 'pending', 'firing', alert.firstStepOver)],
      incidents: [{ incident, joined: [alert.id] }],
    };
    store.applyCheckpoint(checkpointOf({ effects }), { outbox: [newRow(incident.id, 'firing', 0)] });
    expect(backend.alert(alert.id)?.incident).toBe(incident.id);
    const [view] = backend.incidents({ limit: 10 });
    expect(view).toMatchObject({
      id: incident.id,
      state: 'firing',
      since: '2026-01-05T00:00:00.000Z',
      resolvedAt: null,
      members: [{ id: alert.id, entity: 'db-3', feature: 'latency' }],
    });
    expect(backend.incident(incident.id)).toEqual(view);
    expect(backend.incident('unknown')).toBeNull();
    expect(backend.deliveries({ alert: alert.id, limit: 10 }).map((one) => one.incident)).toEqual([
      incident.id,
    ]);
    await backend.resend({ alert: alert.id });
    expect(asked).toMatchObject([{ kind: 'resend', choice: { alertId: incident.id } }]);
  });

  it('hands mutes and maintenance to the pipeline thread, and tells of those in force', async () => {
    const muted = await backend.mute({ detector: 'hosts', for: '2h' });
    expect(muted).toMatchObject({ kind: 'done', value: { detector: 'hosts', active: true } });
    expect(await backend.mute({ detector: 'other', for: '2h' })).toMatchObject({ kind: 'unknown' });
    const [call] = asked;
    if (call?.kind !== 'windows') throw new Error('nothing was asked');
    store.changeWindows(call.changes);
    const id = call.changes[0]?.window.id ?? '';
    expect(backend.status().quiet.map((window) => window.id)).toEqual([id]);
    expect(backend.windows(['maintenance'])).toEqual([]);
    expect(await backend.removeWindow(id, 'maintenance')).toMatchObject({ kind: 'unknown' });
    expect(await backend.removeWindow(id, 'mute')).toEqual({ kind: 'done', value: null });
    expect(asked[1]).toMatchObject({ kind: 'windows', changes: [{ removed: true, window: { id } }] });
  });

  it('lists deliveries without their bodies, and sends them again through the pipeline thread', async () => {
    store.applyCheckpoint(checkpointOf({}), { outbox: [newRow('a', 'firing', 0)] });
    store.markOutbox([{ id: 'a:firing:hook', attempts: 2, status: 'dead', error: 'host answered 400' }]);
    const [view] = backend.deliveries({ status: 'dead', limit: 10 });
    expect(view).toMatchObject({
      channel: 'hook',
      status: 'dead',
      attempts: 2,
      lastError: 'host answered 400',
    });
    expect(JSON.stringify(view)).not.toContain('body');
    expect(backend.deliveries({ status: 'pending', limit: 10 })).toEqual([]);
    expect(await backend.resend({ dead: true })).toBe(2);
    expect(asked).toEqual([{ kind: 'resend', choice: { alertId: null, channel: null, onlyDead: true } }]);
    expect(woken).toBe(1);
    resent = 0;
    expect(await backend.resend({ alert: 'x', channel: 'hook' })).toBe(0);
    expect(woken).toBe(1);
  });

  it('labels through the pipeline thread, and knows no alert that the store does not know', async () => {
    expect(await backend.label('known', 'false')).toBe(true);
    expect(await backend.label('unknown', 'real')).toBe(false);
    expect(asked[0]).toEqual({ kind: 'label', id: 'known', label: 'false' });
  });

  it('gives models with their cards, and dead letters with an example', () => {
    store.insertModel({
      detector: 'hosts',
      version: 'v1',
      path: '/nowhere',
      sha256: '',
      card: '{"backend":"wasm"}',
      status: 'candidate',
      reason: '',
      createdMs: 0,
    });
    const letter = {
      source: 'node',
      topic: 'metrics',
      partition: 1,
      offset: 7,
      reason: 'not_json',
      detail: 'no',
    };
    const deadLetters = [{ ...letter, bytes: Buffer.from('x'.repeat(900)) }];
    store.applyCheckpoint(checkpointOf({ effects: { deadLetters } }), { outbox: [] });
    const model = {
      detector: 'hosts',
      version: 'v1',
      status: 'candidate',
      reason: '',
      sha256: '',
      created: '1970-01-01T00:00:00.000Z',
      activeFrom: null,
      card: { backend: 'wasm' },
    };
    expect(backend.models(null)).toEqual([model]);
    expect(backend.models('hosts')).toEqual([model]);
    expect(backend.models('other')).toEqual([]);
    const [reason] = backend.deadLetters();
    expect(reason).toMatchObject({ reason: 'not_json', count: 1, example: { topic: 'metrics', offset: 7 } });
    expect(reason?.example.text).toBe('x'.repeat(500));
  });

  it('tells of each detector what the pipeline said last', () => {
    expect(backend.status()).toMatchObject({
      version: '1.2.3',
      trouble: [],
      detectors: [{ detector: 'hosts', mode: 'alert', entities: 0, modelVersion: null, training: 'idle' }],
    });
    const seen = {
      detector: 'hosts',
      entities: 3,
      openAlerts: 1,
      warmupRatio: 1,
      modelVersion: 'v1',
      threshold: null,
      selfTest: TESTED,
    };
    instruments.vitals.published(publishedWith({ detectors: [seen] }));
    running.detector = 'hosts';
    const now = { mode: 'alert', training: 'running', bootstrap: null, next: null };
    expect(backend.status().detectors).toEqual([{ ...seen, ...now }]);
  });

  it('trains the detectors that there are, one at a time', () => {
    expect([backend.hasDetector('hosts'), backend.hasDetector('toString')]).toEqual([true, false]);
    expect(backend.train('hosts')).toBe('started');
    running.detector = 'hosts';
    expect(backend.train('hosts')).toBe('busy');
  });
});
