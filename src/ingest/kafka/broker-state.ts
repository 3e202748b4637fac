import type { Admin } from 'kafkajs';
import type { BrokerMark } from '../record-stream.ts';
import { brokerMark } from './broker-mark.ts';

/** What the broker says of one partition: the group's mark and the log's range, `high` being the next offset to come. */
export interface BrokerPartition {
  readonly mark: BrokerMark;
  readonly low: number;
  readonly high: number;
}

/** One partition as kafkajs names it. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Key of a partition within one stream; a topic belongs to one source. */
export const partitionKey = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/** First offset still there and the next to come, by partition. */
export const logRanges = async (
  admin: Admin,
  topic: string,
): Promise<ReadonlyMap<number, { readonly low: number; readonly high: number }>> => {
  const found = await admin.fetchTopicOffsets(topic);
  return new Map(
    found.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]),
  );
};

/** Marks and ranges of the partitions of `topics`, by `partitionKey`; one whose range the broker does not tell is left out. */
export const brokerState = async (
  admin: Admin,
  groupId: string,
  topics: readonly string[],
): Promise<ReadonlyMap<string, BrokerPartition>> => {
  const state = new Map<string, BrokerPartition>();
  if (topics.length === 0) return state;
  const committed = await admin.fetchOffsets({ groupId, topics: [...topics] });
  for (const { topic, partitions } of committed) {
    const ranges = await logRanges(admin, topic);
    for (const { partition, offset, metadata } of partitions) {
      const range = ranges.get(partition);
      if (range === undefined) continue;
      const mark = brokerMark(Number(offset), metadata);
      state.set(partitionKey({ topic, partition }), { mark, ...range });
    }
  }
  return state;
};
