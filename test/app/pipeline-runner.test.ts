import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { PipelineRunner } from '../../src/app/pipeline-runner.ts';
import type { EventName } from '../../src/app/telemetry.ts';
import type { NewOutboxRow } from '../../src/core/outbox.ts';
import type { PartitionMark, RawBatch, RawRecord } from '../../src/core/records.ts';
import { prometheusJson } from '../../src/ingest/formats/prometheus-json.ts';
import type { RecordStream } from '../../src/ingest/record-stream.ts';
import { createState } from '../../src/pipeline/create-state.ts';
import { StoreError } from '../../src/store/store-error.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import { newRow } from '../delivery/memory-outbox.ts';
import { detectorSpec, openWriter, temporaryDirectory } from '../store/sample-checkpoints.ts';
import { stateOf } from '../store/store-state.ts';
import { waitFor } from '../support/wait-for.ts';

const SPEC = detectorSpec();
const PLACE = { source: 'node', topic: 'metrics', partition: 0 };
const ENTITIES = Array.from({ length: 10 }, (_, index) => `db-${index}`);
const BATCHES = 60;
const STEPS_A_BATCH = 30;

/** A stream that only remembers what was committed. */
class SilentStream implements RecordStream {
  readonly commits: { readonly marks: readonly PartitionMark[]; readonly owner: string }[] = [];
  /** How long a commit takes. */
  latency: Promise<void> = Promise.resolve();
  start = (): Promise<void> => Promise.resolve();
  stop = (): Promise<void> => Promise.resolve();
  commit = (marks: readonly PartitionMark[], owner: string): Promise<void> => {
    this.commits.push({ marks, owner });
    return this.latency;
  };
}

interface Rig {
  readonly runner: PipelineRunner;
  readonly store: StoreWriter;
  readonly stream: SilentStream;
  readonly events: EventName[];
  /** What the pipeline takes for the present. */
  readonly presentMs: () => number | undefined;
}

/** A runner on a store as it is, each batch of which is a checkpoint. */
function rig(store: StoreWriter, outbox: readonly NewOutboxRow[] = []): Rig {
  const stream = new SilentStream();
  const events: EventName[] = [];
  let nowMs = 0;
  const state = createState({
    detectors: [SPEC],
    restored: store.readRestoredState([SPEC], 64),
    models: [],
    nextRefitMs: () => Infinity,
    maxAlertAgeMs: Infinity,
  });
  const runner = new PipelineRunner({
    state,
    store,
    stream,
    formats: new Map([['node', prometheusJson()]]),
    decodeLimits: {
      maxRecordBytes: 1e6,
      maxUnpackedBytes: 1_000_000,
      maxLabels: 64,
      maxLabelLength: 1024,
      maxSamplesPerRecord: 10,
    },
    nowMs: () => (nowMs += 1000),
    report: ({ event }) => events.push(event),
    outbox: () => ({ outbox }),
    applied: () => undefined,
  });
  const presentMs = (): number | undefined => state.sources.get('node')?.presentMs;
  return { runner, store, stream, events, presentMs };
}

function batches(): RawBatch[] {
  let offset = 0;
  return Array.from({ length: BATCHES }, (_, batch) => {
    const firstOffset = offset;
    const records: RawRecord[] = [];
    for (let step = batch * STEPS_A_BATCH; step < (batch + 1) * STEPS_A_BATCH; step++) {
      for (const instance of ENTITIES) {
        for (const { metric } of SPEC.features) {
          const timeMs = (step + 10_000) * SPEC.stepMs + 1;
          const labels = { __name__: metric, instance };
          const value = String(Math.sin(offset * 12.9898) * 43758.5453);
          const sample = { name: metric, timestamp: new Date(timeMs).toISOString(), value, labels };
          const bytes = new TextEncoder().encode(JSON.stringify(sample));
          records.push({ offset: offset++, timeMs, key: null, value: bytes });
        }
      }
    }
    return { ...PLACE, firstOffset, nextOffset: offset, highWatermark: offset, records };
  });
}

/** Room for the store that can be given back: it stands for a disk that some other program fills. */
function ballast(directory: string, sql: string): void {
  const database = new BetterSqlite3(join(directory, 'strayd.db'));
  database.exec(sql);
  database.close();
}

/** A store that is full after some batches. */
function tightStore(): { readonly directory: string; readonly store: StoreWriter } {
  const directory = temporaryDirectory();
  openWriter(directory).close();
  ballast(directory, 'CREATE TABLE ballast (b BLOB); INSERT INTO ballast VALUES (zeroblob(4000000));');
  return { directory, store: openWriter(directory, { maxMainPages: 1100 }) };
}

/** Feeds batches until the store is full; answers the promise of the batch that waits and how many came before it. */
async function feedUntilFull({ runner, events }: Rig): Promise<{ waiting: Promise<void>; taken: number }> {
  const all = batches();
  for (const [taken, batch] of all.entries()) {
    let isThrough = false;
    const waiting = runner.batch(batch).then(() => {
      isThrough = true;
    });
    await waitFor('the batch or a full store', () => isThrough || events.includes('store_full'));
    if (!isThrough) return { waiting, taken };
  }
  throw new Error('the store never got full');
}

/** The state of a store that had room all the time. */
async function undisturbed(): Promise<unknown> {
  const control = rig(openWriter(temporaryDirectory()));
  control.runner.assigned(PLACE, { offset: null, owner: null });
  for (const batch of batches()) await control.runner.batch(batch);
  await control.runner.checkpoint();
  const { sequence: _, ...state } = stateOf(control.store, [SPEC]) as { sequence: number };
  control.store.close();
  return state;
}

it('the pipeline is told what time it is as records come in, and as a partition falls idle: the age of alerts is measured by it', async () => {
  const { runner, store, presentMs } = rig(openWriter(temporaryDirectory()));
  runner.assigned(PLACE, { offset: null, owner: null });
  const seen: number[] = [];
  for (const batch of batches().slice(0, 2)) {
    await runner.batch(batch);
    seen.push(presentMs() ?? NaN);
  }
  runner.idle(PLACE, true);
  seen.push(presentMs() ?? NaN);
  // The rig's clock runs a second a look.
  expect(seen[0]).toBeGreaterThan(0);
  expect(seen[1]).toBeGreaterThan(seen[0] ?? NaN);
  expect(seen[2]).toBeGreaterThan(seen[1] ?? NaN);
  store.close();
});

describe('an assigned partition', () => {
  /** A runner that has worked on one batch. */
  async function atWork(): Promise<Rig & { readonly position: number }> {
    const one = rig(openWriter(temporaryDirectory()));
    const [first] = batches();
    expect(one.runner.assigned(PLACE, { offset: null, owner: null })).toBeNull();
    await one.runner.batch(first as RawBatch);
    return { ...one, position: first?.nextOffset ?? 0 };
  }
  const entities = ({ store }: Rig): string[] =>
    store.readRestoredState([SPEC], 64).entities.map(({ entity }) => entity);

  it('goes on where this store is in it, if the mark at the broker is our own', async () => {
    const one = await atWork();
    expect(one.runner.assigned(PLACE, { offset: 5, owner: `${one.store.storeId}:1` })).toBe(one.position);
    await one.runner.checkpoint();
    expect(entities(one)).toHaveLength(ENTITIES.length);
    one.store.close();
  });

  it('is taken up where another store left it, and what was known of its entities goes', async () => {
    const one = await atWork();
    expect(one.runner.assigned(PLACE, { offset: 40, owner: 'feedfacefeedface:9' })).toBe(40);
    await one.runner.checkpoint();
    expect(entities(one)).toEqual([]);
    expect(one.store.marks()).toMatchObject([{ lowOffset: 40, nextOffset: 40 }]);
    one.store.close();
  });

  it('obeys an operator, whose mark has no owner, and says so; nothing is said if it changes nothing', async () => {
    const one = await atWork();
    expect(one.runner.assigned(PLACE, { offset: one.position, owner: null })).toBe(one.position);
    expect(one.events).not.toContain('offset_reset');
    expect(one.runner.assigned(PLACE, { offset: 40, owner: null })).toBe(40);
    expect(one.events).toContain('offset_reset');
    await one.runner.checkpoint();
    expect(entities(one)).toHaveLength(ENTITIES.length);
    one.store.close();
  });
});

describe('a coordinator that hangs', () => {
  it('holds up no reading; when it answers again, the newest marks are committed and no others', async () => {
    const { runner, store, stream } = rig(openWriter(temporaryDirectory()));
    let answer: () => void = () => undefined;
    stream.latency = new Promise((resolve) => {
      answer = resolve;
    });
    runner.assigned(PLACE, { offset: null, owner: null });
    for (const batch of batches().slice(0, 5)) await runner.batch(batch);
    await runner.checkpoint();
    expect(store.sequence).toBeGreaterThan(4);
    expect(stream.commits.map(({ owner }) => owner)).toEqual([`${store.storeId}:1`]);
    await runner.committed(1);
    answer();
    await runner.committed(60_000);
    expect(stream.commits.slice(1)).toEqual([
      { marks: store.marks(), owner: `${store.storeId}:${store.sequence}` },
    ]);
    store.close();
  });
});

describe('something else to write', () => {
  it('waits for room as a checkpoint does, holds the reading meanwhile and is written in the end', async () => {
    const { directory, store } = tightStore();
    const full = rig(store);
    full.runner.assigned(PLACE, { offset: null, owner: null });
    const { waiting, taken } = await feedUntilFull(full);
    const run = { detector: SPEC.name, startedMs: 1, endedMs: 2, outcome: 'promoted', detail: 'better' };
    const written = full.runner.write(() => store.insertTrainingRun(run));
    const next = full.runner.batch(batches()[taken + 1] as RawBatch);
    ballast(directory, 'DELETE FROM ballast');
    expect(await written).toBe(true);
    await Promise.all([waiting, next]);
    expect(store.listTrainingRuns(SPEC.name, 1)).toEqual([run]);
    store.close();
  });

  it('is given up when the end comes while the disk is full', async () => {
    const { store } = tightStore();
    const full = rig(store);
    full.runner.assigned(PLACE, { offset: null, owner: null });
    const { waiting } = await feedUntilFull(full);
    full.runner.hurry();
    await waiting;
    const fails = (): void => {
      throw new StoreError('store_full', 'no room');
    };
    expect(await full.runner.write(fails)).toBe(false);
    expect(await full.runner.checkpoint()).toBe(false);
    store.close();
  });

  it('fails alone: the reading goes on', async () => {
    const { runner, store } = rig(openWriter(temporaryDirectory()));
    runner.assigned(PLACE, { offset: null, owner: null });
    const failing = runner.write(() => {
      throw new Error('not a row');
    });
    const reading = runner.batch(batches()[0] as RawBatch);
    await expect(failing).rejects.toThrow('not a row');
    await reading;
    expect(await runner.checkpoint()).toBe(true);
    store.close();
  });
});

describe('a full disk', () => {
  it('stops the reading and commits nothing; with room again it goes on and has lost nothing', async () => {
    const { directory, store } = tightStore();
    const full = rig(store);
    full.runner.assigned(PLACE, { offset: null, owner: null });
    const { waiting, taken } = await feedUntilFull(full);
    const { sequence } = store;
    const commits = full.stream.commits.length;
    expect(commits).toBe(sequence);
    let isNextThrough = false;
    const next = full.runner.batch(batches()[taken + 1] as RawBatch).then(() => {
      isNextThrough = true;
    });
    await full.runner.tick();
    expect([store.sequence, full.stream.commits.length, isNextThrough]).toEqual([sequence, commits, false]);

    ballast(directory, 'DELETE FROM ballast');
    await Promise.all([waiting, next]);
    for (const batch of batches().slice(taken + 2)) await full.runner.batch(batch);
    await full.runner.checkpoint();
    expect(full.events.filter((event) => event.startsWith('store_'))).toEqual([
      'store_full',
      'store_recovered',
    ]);
    expect(stateOf(store, [SPEC])).toMatchObject((await undisturbed()) as object);
    store.close();
  });

  it('does not hold up the stop: what could not be written is read again after the next start', async () => {
    const { directory, store } = tightStore();
    const full = rig(store);
    full.runner.assigned(PLACE, { offset: null, owner: null });
    const { waiting } = await feedUntilFull(full);
    const { sequence } = store;
    full.runner.hurry();
    await waiting;
    await full.runner.checkpoint();
    expect([store.sequence, full.stream.commits.length]).toEqual([sequence, sequence]);
    store.close();

    ballast(directory, 'DELETE FROM ballast');
    const again = rig(openWriter(directory));
    const { owner } = full.stream.commits.at(-1) ?? { owner: null };
    const from = again.runner.assigned(PLACE, { offset: 0, owner }) ?? 0;
    for (const batch of batches()) {
      if (batch.nextOffset <= from) continue;
      const records = batch.records.filter(({ offset }) => offset >= from);
      await again.runner.batch({ ...batch, firstOffset: Math.max(from, batch.firstOffset), records });
    }
    await again.runner.checkpoint();
    expect(stateOf(again.store, [SPEC])).toMatchObject((await undisturbed()) as object);
    again.store.close();
  });
});

it('deliveries that are given up because too many wait are told of', async () => {
  const rows = Array.from({ length: 10_001 }, (_, index) => newRow(`alert-${index}`, 'firing', 0));
  const { runner, store, events } = rig(openWriter(temporaryDirectory()), rows);
  const [batch] = batches();
  if (batch !== undefined) await runner.batch(batch);
  await runner.checkpoint();
  expect(events).toContain('limit_reached');
  expect(store.outboxCounts().dead).toEqual(new Map([['hook', 1]]));
  store.close();
});
