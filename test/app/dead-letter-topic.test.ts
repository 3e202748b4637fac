import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { DeadLetterTopic, type LetterSink } from '../../src/app/dead-letter-topic.ts';
import { letterSink } from '../../src/app/letter-sink.ts';
import type { TelemetryEvent } from '../../src/app/telemetry.ts';
import type { DeadLetter } from '../../src/core/records.ts';
import type { OutgoingRecord } from '../../src/ingest/kafka/kafka-producer.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import { checkpointOf } from '../store/sample-checkpoints.ts';
import { createTopic, quietClient, sharedKafka, uniqueName } from '../support/kafka.ts';
import { waitFor } from '../support/wait-for.ts';

const folders: string[] = [];
const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function storeOf(maxCount = 10_000): StoreWriter {
  const folder = mkdtempSync(join(tmpdir(), 'strayd-letters-'));
  folders.push(folder);
  const deadLetters = { maxCount, maxBytes: 2 ** 20 };
  const store = openStore(folder, { mode: 'write', pid: 1, random: Math.random, settings: { deadLetters } });
  closers.push(() => store.close());
  return store;
}

const letter = (offset: number): DeadLetter => ({
  source: 'node',
  topic: 'metrics',
  partition: 2,
  offset,
  reason: 'not_json',
  detail: `JSON is expected – „${offset}“`,
  bytes: Buffer.from([0, 255, offset]),
});

const keep = (store: StoreWriter, ...offsets: number[]): unknown =>
  store.applyCheckpoint(checkpointOf({ effects: { deadLetters: offsets.map(letter) } }), {
    outbox: [],
  });

/** A topic that fails as long as `error` is set. */
class FakeSink implements LetterSink {
  readonly got: number[] = [];
  error: Error | null = null;
  tries = 0;
  refuses: (record: OutgoingRecord) => boolean = () => false;

  send(records: readonly OutgoingRecord[]): Promise<void> {
    this.tries++;
    if (this.error !== null) return Promise.reject(this.error);
    if (records.some((record) => this.refuses(record))) return Promise.reject(new Error('too large'));
    this.got.push(...records.map(({ headers }) => Number(headers?.['strayd-offset'])));
    return Promise.resolve();
  }

  isRefusal(error: unknown): boolean {
    return (error as Error).message === 'too large';
  }

  messageOf(error: unknown): string {
    return (error as Error).message;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function forward(store: StoreWriter, sink: LetterSink) {
  const events: TelemetryEvent[] = [];
  const topic = new DeadLetterTopic({
    topic: 'dead',
    sink,
    store,
    write: (work) => Promise.resolve().then(() => (work(), true)),
    report: (event) => void events.push(event),
    nowMs: () => 1_000,
    retryMs: 1,
  });
  topic.start((error) => {
    throw error;
  });
  closers.push(() => topic.stop());
  return { topic, events };
}

it('each dead letter is sent once in order, and a restart goes on behind the last one', async () => {
  const store = storeOf();
  const sink = new FakeSink();
  keep(store, 1, 2);
  const { topic, events } = forward(store, sink);
  await waitFor('those that were there', () => sink.got.length === 2);
  keep(store, 3);
  topic.wake();
  await waitFor('the new one', () => sink.got.length === 3);
  await topic.stop();
  keep(store, 4);
  forward(store, sink);
  await waitFor('the one from before the restart', () => sink.got.includes(4));
  expect(sink.got).toEqual([1, 2, 3, 4]);
  expect(events).toEqual([]);
});

it('while the brokers are away the letters wait in the store, and what it loses meanwhile is told', async () => {
  const store = storeOf(3);
  const sink = new FakeSink();
  sink.error = new Error('connect ECONNREFUSED');
  keep(store, 1);
  const { topic, events } = forward(store, sink);
  await waitFor('some attempts', () => sink.tries > 3);
  expect(events.map(({ event, level }) => [event, level])).toEqual([['dead_letter_trouble', 'error']]);
  await topic.stop();
  keep(store, 2, 3);
  keep(store, 4, 5);
  sink.error = null;
  const { events: later } = forward(store, sink);
  await waitFor('what is left', () => sink.got.length === 3);
  expect(sink.got).toEqual([3, 4, 5]);
  expect(later).toMatchObject([
    { event: 'limit_reached', level: 'warn', fields: { limit: 'dead_letters', count: 2 } },
  ]);
});

it('recovery is told once, and a letter that the brokers refuse keeps no other back', async () => {
  const store = storeOf();
  const sink = new FakeSink();
  sink.error = new Error('connect ECONNREFUSED');
  sink.refuses = ({ headers }) => headers?.['strayd-offset'] === '2';
  keep(store, 1, 2, 3);
  const { events } = forward(store, sink);
  await waitFor('an attempt', () => sink.tries > 0);
  sink.error = null;
  await waitFor('the others', () => sink.got.length === 2);
  expect(sink.got).toEqual([1, 3]);
  await waitFor('what is told', () => events.length === 3);
  expect(events.map(({ event, level }) => [event, level])).toEqual([
    ['dead_letter_trouble', 'error'],
    ['dead_letter_recovered', 'info'],
    ['dead_letter_trouble', 'warn'],
  ]);
  expect(events[2]?.message).toContain('metrics/2 offset 2');
});

it('the topic has the bytes as they were, with headers that say where they are from and why', async () => {
  const { brokers } = await sharedKafka();
  const topic = await createTopic(brokers, 1, uniqueName('dead'));
  const connection = { brokers, groupId: 'g', clientId: 'test', tls: null, sasl: null };
  const store = storeOf();
  keep(store, 7);
  const sink = letterSink(connection, topic);
  forward(store, sink);
  const read: { value: Buffer | null; key: string; headers: Record<string, string> }[] = [];
  const consumer = quietClient(brokers).consumer({ groupId: uniqueName('letters') });
  await consumer.connect();
  closers.push(() => consumer.disconnect());
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message: { key, value, headers = {} } }) => {
      const texts = Object.entries(headers).map(([name, bytes]) => [name, String(bytes)]);
      read.push({ key: String(key), value, headers: Object.fromEntries(texts) as Record<string, string> });
      return Promise.resolve();
    },
  });
  await waitFor('the record', () => read.length > 0);
  expect(read).toEqual([
    {
      key: 'metrics/2',
      value: Buffer.from([0, 255, 7]),
      headers: {
        'strayd-source': 'node',
        'strayd-topic': 'metrics',
        'strayd-partition': '2',
        'strayd-offset': '7',
        'strayd-reason': 'not_json',
        'strayd-detail': 'JSON is expected – „7“',
        'strayd-time': '1970-01-01T00:00:01.000Z',
      },
    },
  ]);
});
