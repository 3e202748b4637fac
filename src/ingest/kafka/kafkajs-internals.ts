import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

interface RequestQueue {
  pending: unknown[];
}
interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}
interface OffsetManager {
  readonly topicConfigurations: Record<string, object>;
  readonly cluster: {
    fetchTopicsOffset(
      topics: readonly object[],
    ): Promise<{ partitions: { partition: number; offset: string }[] }[]>;
  };
  resolveOffset(place: TopicPartition & { offset: string }): void;
}

interface ConsumerGroup {
  readonly maxWaitTime: number;
  readonly cluster: { refreshMetadataIfNecessary(): Promise<void> };
  readonly subscriptionState: { active(): readonly TopicPartitions[] };
  filterPartitionsByNode(nodeId: string, places: readonly TopicPartitions[]): readonly TopicPartitions[];
}
interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/* A class of kafkajs with the one method that is to be replaced. */
const prototypeOf = (file: string, method: string): Record<string, unknown> => {
  const found = require(`kafkajs/src/${file}`) as { prototype?: Record<string, unknown> };
  if (typeof found.prototype?.[method] !== 'function') {
    throw new Error(`kafkajs has no ${method} in src/${file} any more; use kafkajs 2.2.4`);
  }
  return found.prototype;
};

/*
 * An idle connection re-arms a timer of 1 ms for ever, which takes 4 % of a core. The timer is needed only while requests
 * wait in the queue.
 */
const tameRequestQueue = (): void => {
  const prototype = prototypeOf('network/requestQueue/index.js', 'scheduleCheckPendingRequests');
  const schedule = prototype['scheduleCheckPendingRequests'] as (this: RequestQueue) => void;
  prototype['scheduleCheckPendingRequests'] = function (this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this);
  };
};

/*
 * When an offset is out of range kafkajs commits the default offset, without metadata and even with autoCommit off: a
 * restart would take that for an operator's reset (https://github.com/tulios/kafkajs/pull/1133). Only move the position.
 */
const keepBrokerMarks = (): void => {
  const prototype = prototypeOf('consumer/offsetManager/index.js', 'setDefaultOffset');
  prototype['setDefaultOffset'] = async function (this: OffsetManager, place: TopicPartition): Promise<void> {
    const { topic, partition } = place;
    const wanted = { topic, partitions: [{ partition }], ...this.topicConfigurations[topic] };
    const [found] = await this.cluster.fetchTopicsOffset([wanted]);
    const offset = found?.partitions.find((entry) => entry.partition === partition)?.offset;
    if (offset !== undefined) this.resolveOffset({ topic, partition, offset: String(BigInt(offset) - 1n) });
  };
};

/*
 * With every partition of a broker paused kafkajs sleeps for the whole `maxWaitTimeInMs` before it looks again; a reader that is through
 * with what it has would wait for it, which makes some MB/s of a catch-up. A partition that is resumed ends the wait.
 */
const wakeOnResume = (): void => {
  const prototype = prototypeOf('consumer/consumerGroup.js', 'fetch');
  prototypeOf('consumer/consumerGroup.js', 'resume');
  const waiting = new WeakMap<ConsumerGroup, Set<() => void>>();
  const resume = prototype['resume'] as (this: ConsumerGroup, places: readonly object[]) => void;
  prototype['resume'] = function (this: ConsumerGroup, places: readonly object[]): void {
    resume.call(this, places);
    for (const wake of waiting.get(this) ?? []) wake();
  };
  const fetch = prototype['fetch'] as (this: ConsumerGroup, nodeId: string) => Promise<unknown>;
  prototype['fetch'] = async function (this: ConsumerGroup, nodeId: string): Promise<unknown> {
    await this.cluster.refreshMetadataIfNecessary();
    const active = this.filterPartitionsByNode(nodeId, this.subscriptionState.active());
    if (active.length > 0 && active.every(({ partitions }) => partitions.length === 0)) {
      const wakes = waiting.get(this) ?? new Set();
      waiting.set(this, wakes);
      await new Promise<void>((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          wakes.delete(end);
          resolve();
        };
        const timer = setTimeout(end, this.maxWaitTime);
        wakes.add(end);
      });
    }
    return fetch.call(this, nodeId);
  };
};

let isTamed = false;

/** Mends three habits of kafkajs 2.2.4, once a thread. Throws if its internals are not what they were. */
export const tameKafkajs = (): void => {
  if (isTamed) return;
  tameRequestQueue();
  keepBrokerMarks();
  wakeOnResume();
  isTamed = true;
};
