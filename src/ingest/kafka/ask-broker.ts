import { setTimeout as pause } from 'node:timers/promises';
import { brokerState, partitionKey, type BrokerPartition, type TopicPartition } from './broker-state.ts';
import type { ConsumerSession } from './consumer-session.ts';
import { rootMessage, type KafkaLog } from './kafka-client.ts';

/** Where some partitions stand, as the broker tells it. */
export interface BrokerAnswer {
  readonly told: readonly { readonly place: TopicPartition; readonly broker: BrokerPartition }[];
  /** All partitions of all topics that were asked for, by `partitionKey`. */
  readonly state: ReadonlyMap<string, BrokerPartition>;
}

/** Who asks; `session` is `null` once the assignment that the question belongs to is over. */
export interface BrokerQuestion {
  readonly groupId: string;
  readonly places: readonly TopicPartition[];
  /** Further topics to be told of. */
  readonly topics: () => readonly string[];
  readonly session: () => ConsumerSession | null;
  readonly log: KafkaLog;
}

const RETRY_MS = 500;

/** Asks for marks and ranges until the broker has told them of every place; `null` if the assignment ended before. */
export const askBroker = async (question: BrokerQuestion): Promise<BrokerAnswer | null> => {
  const { groupId, places, log } = question;
  for (;;) {
    const session = question.session();
    if (session === null) return null;
    const topics = new Set([...places.map(({ topic }) => topic), ...question.topics()]);
    try {
      const state = await brokerState(session.admin, groupId, [...topics]);
      const told = places.map((place) => ({ place, broker: brokerOf(place, state) }));
      return question.session() === session ? { told, state } : null;
    } catch (error) {
      if (question.session() === session) log('warn', `asking for committed offsets: ${rootMessage(error)}`);
      await pause(RETRY_MS);
    }
  }
};

/* Throws if the broker has told nothing of the partition: with a range made up, every offset would count as lost. */
const brokerOf = (place: TopicPartition, state: ReadonlyMap<string, BrokerPartition>): BrokerPartition => {
  const broker = state.get(partitionKey(place));
  if (broker === undefined) {
    throw new Error(`the broker told no offsets of ${partitionKey(place)}; asking again until it does`);
  }
  return broker;
};
