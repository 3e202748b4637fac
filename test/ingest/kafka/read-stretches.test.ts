import { beforeAll, expect, test } from 'vitest';
import { readStretches } from '../../../src/ingest/kafka/read-stretches.ts';
import { sampleTopics } from '../../../src/ingest/kafka/sample-topics.ts';
import { createTopic, produce, sharedKafka, uniqueName, withAdmin } from '../../support/kafka.ts';

let brokers: readonly string[] = [];
let topic = '';
const groupId = uniqueName('looker');
const COUNT = 400;

beforeAll(async () => {
  brokers = (await sharedKafka()).brokers;
  topic = await createTopic(brokers, 2);
  const records = Array.from({ length: COUNT }, (_, i) =>
    [0, 1].map((partition) => ({ partition, timeMs: i, value: `${partition}-${i}` })),
  );
  await produce(brokers, topic, records.flat());
});

const request = () => ({
  connection: { clientId: 'test', brokers, tls: null, sasl: null },
  groupId,
  topics: [topic, 'no-such-topic'],
  timeoutMs: 20_000,
  log: () => undefined,
});

test('reads stretches of several times, each whole and in order, and leaves no group behind', async () => {
  const seen = new Map<string, number[]>();
  const { partitions, allTopics } = await readStretches({
    ...request(),
    older: 3,
    records: () => ({ newest: 100, perOlder: 10 }),
    take: ({ partition, records }, stretch) => {
      const key = `${partition}/${stretch}`;
      seen.set(key, [...(seen.get(key) ?? []), ...records.map(({ offset }) => offset)]);
    },
  });
  const upFrom = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);
  for (const partition of [0, 1]) {
    expect(seen.get(`${partition}/0`)).toEqual(upFrom(0, 10));
    expect(seen.get(`${partition}/1`)).toEqual(upFrom(100, 10));
    expect(seen.get(`${partition}/2`)).toEqual(upFrom(200, 10));
    expect(seen.get(`${partition}/3`)).toEqual(upFrom(300, 100));
  }
  expect(partitions).toEqual([0, 1].map((partition) => ({ topic, partition, low: 0, high: COUNT })));
  expect(allTopics).toContain(topic);
  const { groups } = await withAdmin(brokers, (admin) => admin.listGroups());
  expect(groups.map((group) => group.groupId).filter((id) => id.startsWith(groupId))).toEqual([]);
});

test('reads no more of a stretch than is enough', async () => {
  let read = 0;
  await readStretches({
    ...request(),
    older: 0,
    records: () => ({ newest: COUNT, perOlder: 0 }),
    isEnough: () => read > 0,
    take: ({ records }) => {
      read += records.length;
    },
  });
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThanOrEqual(COUNT);
});

test('samples the newest records of each partition', async () => {
  const sampled = await sampleTopics({ ...request(), recordsPerPartition: 3 });
  expect(sampled.map(({ records }) => records.map(({ offset }) => offset))).toEqual([
    [397, 398, 399],
    [397, 398, 399],
  ]);
});
