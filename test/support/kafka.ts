import { randomUUID } from 'node:crypto';
import { CompressionTypes, Kafka, logLevel, type Admin } from 'kafkajs';
import { inject } from 'vitest';
import type { SharedBroker } from './kafka-setup.ts';
import { waitFor } from './wait-for.ts';
import { produceZstdByCommand } from './zstd-command.ts';

/** A record to be produced; `timeMs` becomes the record's own timestamp. */
export interface TestRecord {
  readonly partition: number;
  readonly timeMs: number;
  readonly value: string | Buffer | null;
  readonly key?: string | null;
}

/** Bootstrap addresses of the run's shared broker, started by the first call. Fails in one sentence if there is none. */
export const sharedKafka = async (): Promise<SharedBroker> => {
  const response = await fetch(inject('kafkaService'));
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return JSON.parse(text) as SharedBroker;
};

/** A kafkajs client that prints nothing. */
export const quietClient = (brokers: readonly string[]): Kafka =>
  new Kafka({ clientId: 'strayd-test', brokers: [...brokers], logLevel: logLevel.NOTHING });

/** Runs `work` with an admin client and closes it. */
export const withAdmin = async <T>(
  brokers: readonly string[],
  work: (admin: Admin) => Promise<T>,
): Promise<T> => {
  const admin = quietClient(brokers).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
};

/** A topic or group name that no other test has. */
export const uniqueName = (stem: string): string => `${stem}-${randomUUID().slice(0, 8)}`;

/* kcat's mock cluster has no controller; it makes a topic of four partitions for whoever asks about one. */
const createMockTopic = async (
  brokers: readonly string[],
  partitions: number,
  topic: string,
): Promise<void> => {
  if (partitions > 4) throw new Error(`kcat's mock has 4 partitions a topic, ${partitions} are asked for`);
  const consumer = quietClient(brokers).consumer({ groupId: topic });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  await consumer.disconnect();
};

/** Creates a topic that keeps records of any age and resolves when its partitions can be written; answers its name. */
export const createTopic = async (
  brokers: readonly string[],
  partitions: number,
  topic = uniqueName('metrics'),
): Promise<string> => {
  const configEntries = [{ name: 'retention.ms', value: '-1' }];
  const create = { topic, numPartitions: partitions, replicationFactor: 1, configEntries };
  try {
    await withAdmin(brokers, async (admin) => {
      await admin.createTopics({ topics: [create], waitForLeaders: false });
      // Until every leader answers for its log: kafkajs' own waiting fails on a busy broker, or ends before the logs are
      // there, and then the producer's retry would write what other partitions have taken a second time.
      await waitFor(`the logs of topic ${topic}`, async () => {
        return (await admin.fetchTopicOffsets(topic)).length === partitions;
      });
    });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'KafkaJSBrokerNotFound') throw error;
    await createMockTopic(brokers, partitions, topic);
  }
  return topic;
};

/** Produces in the given order, in chunks, and resolves once the broker has all of it. */
export const produce = async (
  brokers: readonly string[],
  topic: string,
  records: readonly TestRecord[],
  compression: CompressionTypes = CompressionTypes.None,
): Promise<void> => {
  if (compression === CompressionTypes.ZSTD) produceZstdByCommand();
  const producer = quietClient(brokers).producer({ allowAutoTopicCreation: true });
  await producer.connect();
  try {
    for (let start = 0; start < records.length; start += 5_000) {
      const messages = records.slice(start, start + 5_000).map((record) => ({
        partition: record.partition,
        key: record.key ?? null,
        value: typeof record.value === 'string' ? Buffer.from(record.value) : record.value,
        timestamp: String(record.timeMs),
      }));
      await producer.send({ topic, messages, compression });
    }
  } finally {
    await producer.disconnect();
  }
};

/** Commits an offset without metadata for a group that has no members, as an operator's tool does. */
export const resetOffset = async (
  brokers: readonly string[],
  groupId: string,
  place: { readonly topic: string; readonly partition: number; readonly offset: number },
): Promise<void> => {
  const consumer = quietClient(brokers).consumer({ groupId, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topics: [place.topic], fromBeginning: true });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
  await joined;
  await consumer.commitOffsets([{ ...place, offset: String(place.offset) }]);
  await consumer.disconnect();
};

/** Deletes a partition's records before `offset`, as retention does. */
export const deleteRecordsBefore = (
  brokers: readonly string[],
  topic: string,
  partition: number,
  offset: number,
): Promise<void> =>
  withAdmin(brokers, async (admin) => {
    await admin.fetchTopicMetadata({ topics: [topic] });
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
  });
