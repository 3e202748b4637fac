import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endBrokenRuns } from '../../src/app/broken-runs.ts';
import type { PipelineConfig } from '../../src/config/pipeline-config.ts';
import type { TrainedModel } from '../../src/app/messages.ts';
import { answerCall, type RunningPipeline } from '../../src/app/pipeline-calls.ts';
import { excludeLabelled } from '../../src/app/exclude-labelled.ts';
import type { PipelineInput } from '../../src/pipeline/inputs.ts';
import type { StoreReader } from '../../src/store/store-reader.ts';
import { PipelineRunner } from '../../src/app/pipeline-runner.ts';
import { runTraining } from '../../src/app/run-training.ts';
import type { EventName } from '../../src/app/telemetry.ts';
import { Turns } from '../../src/app/turns.ts';
import { createState } from '../../src/pipeline/create-state.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { newRow } from '../delivery/memory-outbox.ts';
import { checkpointOf, openWriter, temporaryDirectory } from '../store/sample-checkpoints.ts';
import { waitFor } from '../support/wait-for.ts';
import { trainableSpec, trainingStore } from './training-store.ts';
import type { TrainingStore } from './training-store.ts';

const spec = trainableSpec();
const run = { detector: 'hosts', startedMs: 1, endedMs: 2, outcome: 'promoted', detail: 'better' };

describe('a training that is handed over', () => {
  let place: TrainingStore;
  let trained: TrainedModel;
  let pipeline: RunningPipeline;
  let events: EventName[];

  beforeEach(async () => {
    place = trainingStore([spec]);
    const { trained: made } = await runTraining({ storePath: place.path, spec, seed: 1 }, () => undefined);
    if (made === null) throw new Error('the history was too short to train on');
    trained = { ...made, promoted: true };
    events = [];
    pipeline = running();
  });
  afterEach(() => {
    clearInterval(pipeline.timer);
    pipeline.store.close();
    place.remove();
  });

  function running(): RunningPipeline {
    const store = openWriter(place.path);
    const stream = {
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      commit: () => Promise.resolve(),
    };
    const restored = { ...store.readRestoredState([spec], 64), entities: [] };
    const nextRefitMs = (): number => Infinity;
    const state = createState({
      detectors: [spec],
      restored,
      models: [],
      nextRefitMs,
      maxAlertAgeMs: Infinity,
    });
    const report = ({ event }: { readonly event: EventName }): void => void events.push(event);
    const runner = new PipelineRunner({
      state,
      store,
      stream,
      formats: new Map(),
      decodeLimits: {
        maxRecordBytes: 1e6,
        maxUnpackedBytes: 1_000_000,
        maxLabels: 64,
        maxLabelLength: 1024,
        maxSamplesPerRecord: 10,
      },
      nowMs: () => 0,
      report,
      outbox: () => ({ outbox: [] }),
      applied: () => undefined,
    });
    const config = { detectors: [spec], storePath: place.path } as unknown as PipelineConfig;
    const timer = setInterval(() => undefined, 1e6);
    const beginning = { stop: () => Promise.resolve(true) };
    return { config, store, stream, runner, report, timer, beginning, letters: null, turns: new Turns() };
  }

  /** Makes a kind of write fail, as a full disk does, until the function answered is called. */
  function fill(write: 'insertTrainingRun' | 'applyCheckpoint'): () => void {
    let isFull = true;
    const original = pipeline.store[write].bind(pipeline.store) as (...args: unknown[]) => unknown;
    const limited = (...args: unknown[]): unknown => {
      if (isFull) throw new StoreError('store_full', 'No room.');
      return original(...args);
    };
    Object.assign(pipeline.store, { [write]: limited });
    return () => {
      isFull = false;
    };
  }

  it('is on record with its model, which scores from then on', async () => {
    await answerCall({ kind: 'trained', run, trained }, pipeline);
    expect(pipeline.store.listTrainingRuns('hosts', 9)).toEqual([run]);
    expect(pipeline.store.listModels('hosts')).toMatchObject([
      { version: trained.version, status: 'active' },
    ]);
    expect(events).toEqual(['model_activated']);
  });

  it('that died with strayd is on record as failed once another opens the store', async () => {
    const { store } = pipeline;
    await answerCall({ kind: 'training_started', detector: 'hosts', startedMs: run.startedMs }, pipeline);
    expect(store.listTrainingRuns('hosts', 9)).toEqual([]);
    expect(endBrokenRuns(store)).toMatchObject([{ event: 'training_ended', level: 'error' }]);
    expect(store.listTrainingRuns('hosts', 9)).toMatchObject([
      {
        startedMs: run.startedMs,
        outcome: 'failed',
        detail: expect.stringContaining('without a word') as string,
      },
    ]);
    await answerCall({ kind: 'training_started', detector: 'hosts', startedMs: 77 }, pipeline);
    await answerCall({ kind: 'trained', run: { ...run, startedMs: 77 }, trained }, pipeline);
    expect(endBrokenRuns(store)).toEqual([]);
  });

  it('can be taken back by hand, from a step that is on record', async () => {
    await answerCall({ kind: 'trained', run, trained }, pipeline);
    const older = readFileSync(trained.path);
    const other = trainableSpec({ windows: [4] });
    const { trained: next } = await runTraining(
      { storePath: place.path, spec: other, seed: 1 },
      () => undefined,
    );
    if (next === null) throw new Error('the history was too short to train on');
    await answerCall(
      { kind: 'trained', run: { ...run, startedMs: 3 }, trained: { ...next, promoted: true } },
      pipeline,
    );
    expect(await answerCall({ kind: 'roll_back', detector: 'hosts', version: null }, pipeline)).toBe(
      trained.version,
    );
    const { store } = pipeline;
    expect(store.listModels('hosts').map(({ version, status }) => [version, status])).toEqual(
      expect.arrayContaining([
        [trained.version, 'active'],
        [next.version, 'rolled_back'],
      ]),
    );
    expect(store.listActivations('hosts').at(-1)).toMatchObject({
      version: trained.version,
      rollback: { from: next.version, reason: `Rolled back by hand to ${trained.version}.` },
    });
    await expect(
      answerCall({ kind: 'roll_back', detector: 'hosts', version: 'beef' }, pipeline),
    ).rejects.toThrow('There is no version "beef"');
    await expect(answerCall({ kind: 'import_model', bytes: older }, pipeline)).rejects.toThrow(
      'is here already',
    );
  });

  it('can come from elsewhere: it is kept, and used only when someone says so', async () => {
    const bytes = readFileSync(trained.path);
    expect(await answerCall({ kind: 'import_model', bytes }, pipeline)).toBe(trained.version);
    expect(pipeline.store.listModels('hosts')).toMatchObject([{ status: 'retired', reason: 'Imported.' }]);
    expect(pipeline.store.listActivations('hosts')).toEqual([]);
    await answerCall({ kind: 'roll_back', detector: 'hosts', version: trained.version }, pipeline);
    expect(pipeline.store.listModels('hosts')).toMatchObject([{ status: 'active' }]);
  });

  it('waits while the store is full, and is used when there is room again', async () => {
    const makeRoom = fill('insertTrainingRun');
    const handedOver = answerCall({ kind: 'trained', run, trained }, pipeline);
    await waitFor('the store to be full', () => events.includes('store_full'));
    makeRoom();
    await handedOver;
    expect(pipeline.store.listTrainingRuns('hosts', 9)).toEqual([run]);
    expect(pipeline.store.listModels('hosts')).toMatchObject([
      { version: trained.version, status: 'active' },
    ]);
    expect(events).toEqual(['store_full', 'store_recovered', 'model_activated']);
    expect(existsSync(trained.path)).toBe(true);
  });

  it('is through before a stop that comes meanwhile closes the store', async () => {
    const handedOver = answerCall({ kind: 'trained', run, trained }, pipeline);
    const eventsBeforeStop: EventName[][] = [];
    pipeline.stream.stop = () => {
      eventsBeforeStop.push([...events]);
      return Promise.resolve();
    };
    const stopped = answerCall({ kind: 'stop' }, pipeline);
    await Promise.all([handedOver, stopped]);
    expect(eventsBeforeStop).toEqual([['model_activated']]);
    pipeline = running();
    expect(pipeline.store.listActivations('hosts')).toMatchObject([{ version: trained.version }]);
  });

  it('is not called activated if the stop came before its checkpoint could be written', async () => {
    fill('applyCheckpoint');
    const handedOver = answerCall({ kind: 'trained', run, trained }, pipeline).catch(String);
    await waitFor('the store to be full', () => events.includes('store_full'));
    const stopped = answerCall({ kind: 'stop' }, pipeline);
    expect(await handedOver).toContain(`the next start takes ${trained.version} up`);
    await stopped;
    expect(events).not.toContain('model_activated');
  });
});

describe('a label', () => {
  const entity = 'db-1';
  const toStep = 11 + Math.max(...spec.windows);

  /** What the pipeline is asked to leave out for an alert of steps 10 and 11. */
  function excluded(label: 'real' | 'planned' | 'false' | null, change = {}): PipelineInput[] {
    const taken: PipelineInput[] = [];
    const alert = {
      detector: 'hosts',
      entity,
      state: 'resolved',
      notified: true,
      firstStepOver: 10,
      lastStepOver: 11,
      ...change,
    };
    const store = { showAlert: () => ({ alert, label }) } as unknown as StoreReader;
    const runner = { take: (input: PipelineInput) => taken.push(input) } as unknown as PipelineRunner;
    excludeLabelled('id', { store, detectors: [spec], runner });
    return taken;
  }

  it('of real or planned leaves the alert out of what thresholds are learned from; a real one was worth its budget', () => {
    const input = { kind: 'exclude', detector: 'hosts', entity, fromStep: 10, toStep, effectiveStep: null };
    expect(excluded('real')).toEqual([{ ...input, alerts: 1 }]);
    expect(excluded('planned')).toEqual([{ ...input, alerts: 0 }]);
    expect(excluded('real', { notified: false })).toEqual([{ ...input, alerts: 0 }]);
  });

  it('of false, or none, leaves it in, as does one of an alert that goes on', () => {
    expect([excluded('false'), excluded(null), excluded('real', { state: 'firing' })]).toEqual([[], [], []]);
  });
});

it('deliveries that are to be sent again become pending, and are counted', async () => {
  const store = openWriter(temporaryDirectory());
  store.applyCheckpoint(checkpointOf({}), { outbox: [newRow('a', 'firing', 0), newRow('a', 'resolved', 0)] });
  store.markOutbox([{ id: 'a:firing:hook', status: 'dead', attempts: 1, error: 'host answered 400' }]);
  const choice = { alertId: null, channel: null, onlyDead: true };
  const running = { store } as unknown as RunningPipeline;
  expect(await answerCall({ kind: 'resend', choice }, running)).toBe(1);
  const [row] = store.pendingOutbox('hook', 1);
  expect(row).toMatchObject({ id: 'a:firing:hook', status: 'pending' });
  expect(Date.now() - (row?.createdMs ?? 0)).toBeLessThan(60_000);
  store.close();
});
