import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tameKafkajs } from '../../../src/ingest/kafka/kafkajs-internals.ts';

const require = createRequire(import.meta.url);
tameKafkajs();

interface Queue {
  pending: unknown[];
  checkPendingRequests(): void;
  push(request: object): void;
  destroy(): void;
}
const RequestQueue = require('kafkajs/src/network/requestQueue/index.js') as new (options: object) => Queue;
const OffsetManager = require('kafkajs/src/consumer/offsetManager/index.js') as new (options: object) => {
  setDefaultOffset(place: object): Promise<void>;
  resolvedOffsets: Record<string, Record<number, string>>;
};

const logger = { debug: () => undefined, warn: () => undefined };
const queue = (maxInFlightRequests: number | null = null): Queue =>
  new RequestQueue({ maxInFlightRequests, requestTimeout: 1_000, clientId: 'c', broker: 'b', logger });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('an idle request queue of kafkajs arms no timer', () => {
  const idle = queue();
  idle.checkPendingRequests();
  expect(vi.getTimerCount()).toBe(0);
});

test('a request that has to wait in the queue is still looked after by a timer', () => {
  const busy = queue(0);
  const entry = { correlationId: 1, resolve: () => undefined, reject: () => undefined };
  busy.push({ entry, expectResponse: true, sendRequest: () => undefined });
  expect(busy.pending).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(1);
  busy.destroy();
});

test('an offset out of range moves the position to the earliest and commits nothing', async () => {
  const offsetCommit = vi.fn();
  const fetchTopicsOffset = vi.fn(() =>
    Promise.resolve([{ topic: 't', partitions: [{ partition: 0, offset: '42' }] }]),
  );
  const manager = new OffsetManager({
    cluster: { fetchTopicsOffset, committedOffsets: () => ({}), defaultOffset: () => '-2' },
    coordinator: { isConnected: () => true, offsetCommit },
    memberAssignment: { t: [0] },
    topicConfigurations: { t: { fromBeginning: true } },
  });
  await manager.setDefaultOffset({ topic: 't', partition: 0 });
  expect(manager.resolvedOffsets['t']?.[0]).toBe('42');
  expect(offsetCommit).not.toHaveBeenCalled();
});

test('a partition that is resumed ends the wait of a broker of which all were paused', async () => {
  const ConsumerGroup = require('kafkajs/src/consumer/consumerGroup.js') as { readonly prototype: object };
  const fetched = vi.fn(() => Promise.resolve({ responses: [] }));
  const paused = new Set([0]);
  const places = () => [{ topic: 't', partitions: [0].filter((partition) => !paused.has(partition)) }];
  const group = Object.assign(Object.create(ConsumerGroup.prototype) as Group, {
    maxWaitTime: 250,
    logger: { ...logger, info: () => undefined },
    cluster: {
      refreshMetadataIfNecessary: () => Promise.resolve(),
      committedOffsets: () => ({}),
      findBroker: () => Promise.resolve({ fetch: fetched }),
    },
    subscriptionState: {
      assigned: () => [{ topic: 't', partitions: [0] }],
      active: places,
      resume: () => paused.clear(),
    },
    offsetManager: { committedOffsets: () => ({ t: { 0: '5' } }), nextOffset: () => 5 },
    seekOffset: { has: () => false, pop: () => undefined },
    checkForStaleAssignment: () => undefined,
    filterPartitionsByNode: (_node: string, of: unknown) => of,
    seekOffsets: () => Promise.resolve(),
  });
  const fetching = group.fetch('1');
  await vi.advanceTimersByTimeAsync(10);
  expect(fetched).not.toHaveBeenCalled();
  group.resume([{ topic: 't', partitions: [0] }]);
  await fetching;
  expect(fetched).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

interface Group {
  fetch(nodeId: string): Promise<unknown>;
  resume(places: readonly object[]): void;
}
