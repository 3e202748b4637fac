import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import type { RawRecord } from '../../core/records.ts';
import { logRanges, partitionKey } from './broker-state.ts';
import { createKafkaClient, type KafkaConnection, type KafkaLog } from './kafka-client.ts';
import { recordsOf } from './partition-reader.ts';
import type { FetchedBatch } from './consumer-session.ts';

/** The newest records of one partition; `low` and `high` are its first offset and the next to come. */
export interface SampledPartition {
  readonly topic: string;
  readonly partition: number;
  readonly low: number;
  readonly high: number;
  readonly records: readonly RawRecord[];
}

/** What to read, and for how long at most. */
export interface SampleRequest {
  readonly connection: KafkaConnection;
  /** Reading is done in a group of its own, whose name begins with this one; it is deleted afterwards. */
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly recordsPerPartition: number;
  readonly timeoutMs: number;
  readonly log: KafkaLog;
}

/**
 * Reads the newest records of each partition, within the time as many as come; topics that do not exist are left out.
 * Nothing of the real group is touched. Rejects if the brokers can't be reached.
 */
export const sampleTopics = async (request: SampleRequest): Promise<SampledPartition[]> => {
  const client = createKafkaClient(request.connection, request.log);
  const admin = client.admin({ retry: { retries: 1 } });
  await admin.connect();
  try {
    const partitions: Sampling[] = [];
    const there = new Set(await admin.listTopics());
    const topics = request.topics.filter((topic) => there.has(topic));
    for (const topic of topics) {
      for (const [partition, { low, high }] of await logRanges(admin, topic)) {
        const from = Math.max(low, high - request.recordsPerPartition);
        partitions.push({ topic, partition, low, high, from, records: [], isThrough: from >= high });
      }
    }
    const groupId = `${request.groupId}-check-${randomUUID().slice(0, 8)}`;
    await readNewest(client, groupId, { partitions, request });
    await admin.deleteGroups([groupId]).catch(() => undefined);
    return partitions;
  } finally {
    await admin.disconnect();
  }
};

interface Sampling extends SampledPartition {
  readonly records: RawRecord[];
  readonly from: number;
  isThrough: boolean;
}

const readNewest = async (
  client: Kafka,
  groupId: string,
  { partitions, request }: { readonly partitions: readonly Sampling[]; readonly request: SampleRequest },
): Promise<void> => {
  const isDone = (): boolean => partitions.every(({ isThrough }) => isThrough);
  if (isDone()) return;
  const byKey = new Map(partitions.map((one) => [partitionKey(one), one]));
  const consumer = client.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false });
  let timer: NodeJS.Timeout | undefined;
  await consumer.connect();
  try {
    await consumer.subscribe({
      topics: [...new Set(partitions.map(({ topic }) => topic))],
      fromBeginning: true,
    });
    const read = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, request.timeoutMs);
      consumer.on(consumer.events.CRASH, () => resolve());
      consumer.on(consumer.events.GROUP_JOIN, () => {
        for (const { topic, partition, from } of partitions) {
          consumer.seek({ topic, partition, offset: String(from) });
        }
      });
      const eachBatch = ({ batch }: { readonly batch: object }): Promise<void> => {
        take(batch as FetchedBatch, byKey);
        if (isDone()) resolve();
        return Promise.resolve();
      };
      consumer.run({ autoCommit: false, eachBatch }).catch(() => resolve());
    });
    await read;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
  }
};

const take = (batch: FetchedBatch, byKey: ReadonlyMap<string, Sampling>): void => {
  const one = byKey.get(partitionKey(batch));
  if (one === undefined) return;
  const next = one.records.at(-1)?.offset ?? one.from - 1;
  for (const record of recordsOf(batch)) {
    if (record.offset > next && record.offset < one.high) one.records.push(record);
  }
  one.isThrough ||= Number(batch.lastOffset()) >= one.high - 1;
};
