import { CompressionTypes } from 'kafkajs';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PartitionMark } from '../../../src/core/records.ts';
import type { KafkaRecordStream } from '../../../src/ingest/kafka/kafka-record-stream.ts';
import {
  createTopic,
  deleteRecordsBefore,
  produce,
  quietClient,
  resetOffset,
  uniqueName,
  withAdmin,
  type TestRecord,
} from '../../support/kafka.ts';
import { waitFor } from '../../support/wait-for.ts';
import { RecordingHandler, streamOf, upTo } from './recording-handler.ts';
import { sharedStreams } from './shared-streams.ts';
import { zstdBinary } from '../../support/zstd-command.ts';
import { testMark } from '../../support/partition-mark.ts';

const zstd: [string, CompressionTypes][] = zstdBinary.path === null ? [] : [['zstd', CompressionTypes.ZSTD]];

const kafka = sharedStreams();
const { begin } = kafka;

const line = (partition: number, count: number, firstMs = 0, everyMs = 1_000): TestRecord[] =>
  upTo(count).map((i) => ({ partition, timeMs: firstMs + i * everyMs, value: `${partition}-${i}` }));

const markOf = (topic: string, partition: number, lowOffset: number): PartitionMark =>
  testMark({ source: 'node', topic, partition }, { lowOffset, nextOffset: lowOffset + 5 });

const all = (handler: RecordingHandler, count: number): Promise<unknown> =>
  waitFor(`${count} records`, () => handler.records.length >= count);

describe('reading', () => {
  test('brings every record of four partitions once and in order, with its own timestamp', async () => {
    const topic = await createTopic(kafka.brokers, 4);
    await produce(
      kafka.brokers,
      topic,
      [0, 1, 2, 3].flatMap((partition) => line(partition, 500)),
    );
    const handler = new RecordingHandler();
    await begin(handler, [topic]);
    await all(handler, 2_000);
    for (const partition of [0, 1, 2, 3]) expect(handler.offsets(partition)).toEqual(upTo(500));
    expect(handler.records.every(({ offset, timeMs }) => timeMs === offset * 1_000)).toBe(true);
    expect(handler.batches.every((batch) => batch.source === 'node' && batch.highWatermark === 500)).toBe(
      true,
    );
  });

  test('keeps partitions aligned although one was written an hour ahead of the others', async () => {
    const topic = await createTopic(kafka.brokers, 4);
    const hourMs = 3_600_000;
    await produce(kafka.brokers, topic, line(0, 4_000, hourMs));
    await produce(
      kafka.brokers,
      topic,
      [1, 2, 3].flatMap((partition) => line(partition, 8_000)),
    );
    const handler = new RecordingHandler();
    await begin(handler, [topic], { alignWithinMs: 15_000, idleAfterMs: 1_500 });
    await all(handler, 28_000);
    const heads = [0, 0, 0, 0];
    const left = [4_000, 8_000, 8_000, 8_000];
    let maxLeadMs = 0;
    for (const { partition, timeMs } of handler.records) {
      heads[partition] = timeMs;
      left[partition] = (left[partition] ?? 0) - 1;
      for (const other of [1, 2, 3]) {
        if ((left[other] ?? 0) > 0) maxLeadMs = Math.max(maxLeadMs, timeMs - (heads[other] ?? 0));
      }
    }
    // The next record of a slower partition is at most a second after its last.
    expect(maxLeadMs).toBeLessThanOrEqual(16_000);
    expect(handler.offsets(0)).toEqual(upTo(4_000));
  });

  test('tells of a partition that falls silent at the end of its log, and of its return', async () => {
    const topic = await createTopic(kafka.brokers, 2);
    await produce(kafka.brokers, topic, [...line(0, 2), ...line(1, 2)]);
    const handler = new RecordingHandler();
    await begin(handler, [topic], { alignWithinMs: 1_000, idleAfterMs: 500 });
    await waitFor('both to be idle', () => handler.news.filter((news) => news.endsWith('true')).length === 2);
    await produce(kafka.brokers, topic, [{ partition: 1, timeMs: 90_000_000, value: 'late riser' }]);
    await all(handler, 5);
    expect(handler.news.filter((news) => news.startsWith('idle 1'))[1]).toBe('idle 1 false');
  });

  test('waits with the next batch until the handler is through', async () => {
    const topic = await createTopic(kafka.brokers, 1);
    await produce(kafka.brokers, topic, line(0, 3_000));
    const handler = new RecordingHandler();
    let release: () => void = () => undefined;
    handler.onBatch = () => new Promise((resolve) => (release = resolve));
    const stream = await begin(handler, [topic]);
    await all(handler, 1);
    expect(handler.batches).toHaveLength(1);
    let isStopped = false;
    const stopped = stream.stop().then(() => (isStopped = true));
    await Promise.resolve();
    expect(isStopped).toBe(false);
    release();
    await stopped;
    expect(handler.batches).toHaveLength(1);
  });

  test.each([
    ['gzip', CompressionTypes.GZIP],
    ['snappy', CompressionTypes.Snappy],
    ['lz4', CompressionTypes.LZ4],
    ...zstd,
  ])('reads %s', async (_name, compression) => {
    const topic = await createTopic(kafka.brokers, 1);
    await produce(kafka.brokers, topic, line(0, 300), compression);
    const handler = new RecordingHandler();
    await begin(handler, [topic]);
    await all(handler, 300);
    expect(handler.records.map(({ value }) => value)).toEqual(upTo(300).map((i) => `0-${i}`));
  });
});

describe('topics by pattern', () => {
  test('are read, as are topics and partitions made later, while what was read goes on where it is', async () => {
    const stem = uniqueName('team');
    const first = await createTopic(kafka.brokers, 1, `${stem}-a`);
    await createTopic(kafka.brokers, 1, `not-${stem}`);
    await produce(kafka.brokers, first, line(0, 3));
    const handler = new RecordingHandler();
    const source = { name: 'node', topics: [], topicPatterns: [`${stem}-.*`], alignWithinMs: Infinity };
    await begin(handler, [], { sources: [source], metadataMaxAgeMs: 500 });
    await all(handler, 3);

    const second = await createTopic(kafka.brokers, 1, `${stem}-b`);
    await produce(kafka.brokers, second, line(0, 2));
    await all(handler, 5);
    await withAdmin(kafka.brokers, (admin) =>
      admin.createPartitions({ topicPartitions: [{ topic: first, count: 2 }] }),
    );
    await produce(kafka.brokers, first, [...line(0, 1), ...line(1, 4)]);
    await all(handler, 10);
    const read = handler.batches.flatMap(({ topic, partition, source: name, records }) =>
      records.map(({ offset }) => `${name} ${topic}/${partition} ${offset}`),
    );
    expect(read.sort()).toEqual([
      ...upTo(4).map((offset) => `node ${first}/0 ${offset}`),
      ...upTo(4).map((offset) => `node ${first}/1 ${offset}`),
      ...upTo(2).map((offset) => `node ${second}/0 ${offset}`),
    ]);
  });

  test('that match nothing yet are told of, and waited for', async () => {
    const stem = uniqueName('team');
    const handler = new RecordingHandler();
    const source = { name: 'node', topics: [], topicPatterns: [`${stem}-.*`], alignWithinMs: Infinity };
    const stream = kafka.open([], { sources: [source] });
    const started = stream.start(handler);
    await waitFor('the trouble', () => handler.news.length > 0);
    expect(handler.news[0]).toMatch(
      /^trouble no topic that matches "team-.*-\.\*" on Kafka at .*; waiting for it/,
    );
    const topic = await createTopic(kafka.brokers, 1, `${stem}-late`);
    await produce(kafka.brokers, topic, line(0, 2));
    await started;
    await all(handler, 2);
    expect(handler.news).toContain('trouble over');
  });
});

describe('bounds', () => {
  test.each([
    ['gzip', CompressionTypes.GZIP],
    ['snappy', CompressionTypes.Snappy],
    ['lz4', CompressionTypes.LZ4],
    ...zstd,
  ])(
    'pass over a batch in %s that is too large when unpacked, and name each record of it',
    async (_name, compression) => {
      const topic = await createTopic(kafka.brokers, 1);
      const bomb = upTo(3).map((i) => ({ partition: 0, timeMs: 7_000 + i, value: 'x'.repeat(300_000) }));
      await produce(kafka.brokers, topic, line(0, 2), compression);
      await produce(kafka.brokers, topic, bomb, compression);
      await produce(kafka.brokers, topic, line(0, 2, 9_000), compression);
      const handler = new RecordingHandler();
      const connection = { clientId: 'strayd-test', brokers: kafka.brokers, tls: null, sasl: null };
      await begin(handler, [topic], { connection: { ...connection, unpackedSizeBytes: 500_000 } });
      await all(handler, 7);
      expect(handler.offsets(0)).toEqual(upTo(7));
      const records = handler.batches.flatMap((batch) => batch.records);
      expect(
        records.filter(({ isTooLarge }) => isTooLarge).map(({ offset, value }) => [offset, value]),
      ).toEqual([
        [2, null],
        [3, null],
        [4, null],
      ]);
      expect(handler.records.map(({ value }) => value)).toEqual(['0-0', '0-1', '', '', '', '0-0', '0-1']);
    },
  );

  test('memory of what waits stays bounded while the handler is stuck, and then nothing is missing', async () => {
    const topic = await createTopic(kafka.brokers, 4);
    const value = 'x'.repeat(1_000);
    for (let first = 0; first < 2_000; first += 100) {
      const few = upTo(100).map((i) => ({ timeMs: (first + i) * 1_000, value }));
      await produce(
        kafka.brokers,
        topic,
        [0, 1, 2, 3].flatMap((partition) => few.map((record) => ({ ...record, partition }))),
      );
    }
    const handler = new RecordingHandler();
    let release: () => void = () => undefined;
    const stuck = new Promise<void>((resolve) => (release = resolve));
    onTestFinished(() => release());
    let mostBytes = 0;
    handler.onBatch = () => {
      mostBytes = Math.max(mostBytes, stream.waitingBytes());
      return stuck;
    };
    const memoryBytes = 2 * 2 ** 20;
    const stream: KafkaRecordStream = kafka.open([topic], { memoryBytes });
    await stream.start(handler);
    // Fetching comes to rest once all four partitions are paused.
    let before = -1;
    await waitFor(
      'all partitions to have their share waiting',
      () => {
        const bytes = stream.waitingBytes();
        mostBytes = Math.max(mostBytes, bytes);
        const isAtRest = bytes > memoryBytes / 2 && bytes === before;
        before = bytes;
        return isAtRest;
      },
      { everyMs: 600 },
    );
    // A partition is paused when it has its share; one batch as it was produced may lie over it.
    expect(mostBytes).toBeLessThan(memoryBytes * 1.5);
    expect(handler.batches).toHaveLength(1);
    release();
    await all(handler, 8_000);
    for (const partition of [0, 1, 2, 3]) expect(handler.offsets(partition)).toEqual(upTo(2_000));
    expect(mostBytes).toBeLessThan(memoryBytes * 1.5);
  });
});

describe('positions', () => {
  test('starts exactly where the handler says, whatever is committed', async () => {
    const topic = await createTopic(kafka.brokers, 2);
    await produce(kafka.brokers, topic, [...line(0, 100), ...line(1, 100)]);
    const groupId = uniqueName('group');
    await resetOffset(kafka.brokers, groupId, { topic, partition: 0, offset: 90 });
    const handler = new RecordingHandler();
    handler.startAt = ({ partition }) => (partition === 0 ? 40 : 70);
    await begin(handler, [topic], { groupId });
    await all(handler, 90);
    expect(handler.offsets(0)).toEqual(upTo(100).slice(40));
    expect(handler.offsets(1)).toEqual(upTo(100).slice(70));
  });

  test("commits low offsets with the store's mark, also after the stop, and reads both back", async () => {
    const topic = await createTopic(kafka.brokers, 2);
    await produce(kafka.brokers, topic, [...line(0, 10), ...line(1, 10)]);
    const groupId = uniqueName('group');
    const first = new RecordingHandler();
    const stream = await begin(first, [topic], { groupId });
    expect(first.marks.get(0)).toEqual({ offset: null, owner: null });
    await all(first, 20);
    await stream.commit([markOf(topic, 0, 4)], 'store-a:7');
    await stream.stop();
    await stream.commit([markOf(topic, 1, 6)], 'store-a:8');
    await stream.close();
    const second = new RecordingHandler();
    await begin(second, [topic], { groupId });
    await all(second, 10);
    expect(second.marks.get(0)).toEqual({ offset: 4, owner: 'store-a:7' });
    expect(second.marks.get(1)).toEqual({ offset: 6, owner: 'store-a:8' });
    expect(second.offsets(0)).toEqual([4, 5, 6, 7, 8, 9]);
  });

  test("shows an operator's reset as a mark without owner", async () => {
    const topic = await createTopic(kafka.brokers, 1);
    await produce(kafka.brokers, topic, line(0, 10));
    const groupId = uniqueName('group');
    const first = new RecordingHandler();
    const stream = await begin(first, [topic], { groupId });
    await all(first, 10);
    await stream.commit([markOf(topic, 0, 10)], 'store-a:1');
    await stream.close();
    await resetOffset(kafka.brokers, groupId, { topic, partition: 0, offset: 3 });
    const second = new RecordingHandler();
    await begin(second, [topic], { groupId });
    await all(second, 7);
    expect(second.marks.get(0)).toEqual({ offset: 3, owner: null });
  });

  test('goes on from the earliest record when the stored offset fell to retention', async () => {
    const topic = await createTopic(kafka.brokers, 1);
    await produce(kafka.brokers, topic, line(0, 50));
    await deleteRecordsBefore(kafka.brokers, topic, 0, 20);
    const handler = new RecordingHandler();
    handler.startAt = () => 5;
    await begin(handler, [topic]);
    await all(handler, 30);
    expect(handler.news).toContain('lost 0 5>20');
    expect(handler.offsets(0)).toEqual(upTo(50).slice(20));
  });

  test('notices a topic made anew: the stored offset lies beyond its end', async () => {
    const topic = await createTopic(kafka.brokers, 1);
    await produce(kafka.brokers, topic, line(0, 5));
    const handler = new RecordingHandler();
    handler.startAt = () => 1_000;
    await begin(handler, [topic]);
    await all(handler, 5);
    expect(handler.news).toContain('lost 0 1000>0');
    expect(handler.offsets(0)).toEqual(upTo(5));
  });

  test('leaves the committed mark alone when records that were to be read next are deleted', async () => {
    const topic = await createTopic(kafka.brokers, 1);
    await produce(kafka.brokers, topic, line(0, 6_000));
    const groupId = uniqueName('group');
    const handler = new RecordingHandler();
    let release: () => void = () => undefined;
    handler.onBatch = () => new Promise((resolve) => (release = resolve));
    const stream = await begin(handler, [topic], { groupId });
    await all(handler, 1);
    await stream.commit([markOf(topic, 0, 0)], 'store-a:1');
    const wide = upTo(500).map((i) => ({ partition: 0, timeMs: i, value: 'x'.repeat(1_000) }));
    for (let chunk = 0; chunk < 6; chunk++) await produce(kafka.brokers, topic, wide);
    await deleteRecordsBefore(kafka.brokers, topic, 0, 8900);
    handler.onBatch = () => Promise.resolve();
    release();
    await waitFor('the last record', () => handler.offsets(0).at(-1) === 8_999);
    expect(handler.news.filter((news) => news.startsWith('lost'))).toHaveLength(1);
    const [committed] = await withAdmin(kafka.brokers, (admin) =>
      admin.fetchOffsets({ groupId, topics: [topic] }),
    );
    expect(committed?.partitions[0]).toMatchObject({ offset: '0', metadata: 'store-a:1' });
  });

  test('passes over the control records of transactions without losing its place', async () => {
    const topic = await createTopic(kafka.brokers, 1);
    const producer = quietClient(kafka.brokers).producer({
      transactionalId: uniqueName('tx'),
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    for (const value of ['a', 'aborted', 'b']) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ partition: 0, value }] });
      await (value === 'aborted' ? transaction.abort() : transaction.commit());
    }
    await producer.disconnect();
    const handler = new RecordingHandler();
    await begin(handler, [topic]);
    await all(handler, 2);
    await waitFor('the end of the log', () => handler.batches.at(-1)?.nextOffset === 6);
    expect(handler.records.map(({ value }) => value)).toEqual(['a', 'b']);
    const joints = handler.batches.map(({ firstOffset, nextOffset }) => [firstOffset, nextOffset]);
    expect(joints.slice(1).every(([first], i) => first === joints[i]?.[1])).toBe(true);
  });
});

describe('groups and trouble', () => {
  test('hands partitions over to a second member and back, with the mark of the other store', async () => {
    const topic = await createTopic(kafka.brokers, 4);
    await produce(
      kafka.brokers,
      topic,
      [0, 1, 2, 3].flatMap((partition) => line(partition, 10)),
    );
    const groupId = uniqueName('group');
    const first = new RecordingHandler();
    const a = await begin(first, [topic], { groupId });
    await all(first, 40);
    await a.commit(
      [0, 1, 2, 3].map((partition) => markOf(topic, partition, 10)),
      'store-a:1',
    );
    const second = new RecordingHandler();
    const b = await begin(second, [topic], { groupId });
    await waitFor('two partitions each', () => first.owned.size === 2 && second.owned.size === 2);
    const moved = [...second.owned];
    expect(moved.every((partition) => second.marks.get(partition)?.owner === 'store-a:1')).toBe(true);
    expect(first.news.filter((news) => news.startsWith('revoked')).sort()).toEqual(
      moved.map((partition) => `revoked ${partition}`).sort(),
    );
    await produce(
      kafka.brokers,
      topic,
      [0, 1, 2, 3].flatMap((partition) => line(partition, 5)),
    );
    await waitFor('all new records', () => first.records.length + second.records.length === 60);
    await b.commit(
      moved.map((partition) => markOf(topic, partition, 15)),
      'store-b:1',
    );
    await b.close();
    await waitFor('all four back', () => first.owned.size === 4);
    expect(moved.every((partition) => first.marks.get(partition)?.owner === 'store-b:1')).toBe(true);
    const kept = [0, 1, 2, 3].filter((partition) => !moved.includes(partition));
    for (const partition of kept) expect(first.offsets(partition)).toEqual(upTo(15));
    for (const partition of moved)
      expect(first.news.filter((news) => news === `assigned ${partition}`)).toHaveLength(2);
  });

  test('names a missing topic once, reads the others, and takes it in when it appears', async () => {
    const present = await createTopic(kafka.brokers, 1);
    const missing = uniqueName('missing');
    await produce(kafka.brokers, present, line(0, 3));
    const handler = new RecordingHandler();
    await begin(handler, [present, missing]);
    await all(handler, 3);
    expect(handler.news.filter((news) => news.includes(`no topic "${missing}"`))).toHaveLength(1);
    await createTopic(kafka.brokers, 1, missing);
    await produce(kafka.brokers, missing, line(0, 2));
    await all(handler, 5);
    expect(handler.news.at(-1)).toBe('trouble over');
    expect(handler.records).toHaveLength(5);
  });

  test('stops at once while it waits for a broker that is down, and says in one line what it waits for', async () => {
    const handler = new RecordingHandler();
    const stream = streamOf(['127.0.0.1:1'], ['metrics']);
    const started = stream.start(handler);
    await waitFor('trouble', () => handler.news.length > 0);
    expect(handler.news).toEqual([
      expect.stringMatching(
        /^trouble Kafka at 127\.0\.0\.1:1: .*ECONNREFUSED.*; trying again until it answers$/,
      ),
    ]);
    await stream.close();
    await started;
  });

  test('refuses a topic that is in two sources', () => {
    const sources = ['a', 'b'].map((name) => ({ name, topics: ['metrics'], alignWithinMs: 1 }));
    expect(() => streamOf(kafka.brokers, [], { sources })).toThrow(
      'topic "metrics" is in two sources, a and b',
    );
  });
});
