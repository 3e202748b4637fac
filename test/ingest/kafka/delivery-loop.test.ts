import { expect, test } from 'vitest';
import { AlignedBuffers } from '../../../src/ingest/kafka/aligned-buffers.ts';
import { DeliveryLoop } from '../../../src/ingest/kafka/delivery-loop.ts';
import { waitFor } from '../../support/wait-for.ts';
import { RecordingHandler } from './recording-handler.ts';

const id = { source: 'node', topic: 'metrics', partition: 0 };

const setUp = () => {
  const buffers = new AlignedBuffers(() => 10, 2);
  buffers.open('metrics/0', id, 0);
  const loop = new DeliveryLoop(buffers);
  const handler = new RecordingHandler();
  const failures: unknown[] = [];
  const feed = (count: number, firstOffset: number): void => {
    const records = Array.from({ length: count }, (_, i) => ({
      offset: firstOffset + i,
      timeMs: firstOffset + i,
      key: null,
      value: null,
    }));
    const nextOffset = firstOffset + count;
    buffers.add('metrics/0', { records, nextOffset, highWatermark: nextOffset, lostFrom: null });
    loop.wake();
  };
  const start = (): void => {
    loop.start(
      handler,
      () => undefined,
      (error) => failures.push(error),
    );
  };
  return { buffers, loop, handler, failures, feed, start };
};

test('tells the news of partitions before the records that are waiting', async () => {
  const { loop, handler, feed, start } = setUp();
  feed(4, 0);
  const recordsBefore: number[] = [];
  loop.push(() => recordsBefore.push(handler.records.length));
  start();
  await waitFor('all records', () => handler.records.length === 4);
  expect(recordsBefore).toEqual([0]);
  await loop.stop();
});

test('wakes up for records that come while it waits, and brings none after the stop', async () => {
  const { loop, handler, feed, start } = setUp();
  start();
  feed(1, 0);
  await waitFor('the first record', () => handler.records.length === 1);
  feed(1, 1);
  await waitFor('the second record', () => handler.records.length === 2);
  await loop.stop();
  feed(1, 2);
  expect(handler.offsets(0)).toEqual([0, 1]);
});

test('tells of a jump in the offsets where it lies', async () => {
  const { buffers, loop, handler, feed, start } = setUp();
  feed(1, 0);
  buffers.add('metrics/0', { records: [], nextOffset: 8, highWatermark: 9, lostFrom: 1 });
  feed(1, 8);
  handler.offsetLost = (_id, expected, restartedAt) => {
    handler.news.push(`lost ${expected}>${restartedAt} after ${handler.records.length}`);
  };
  start();
  await waitFor('both records', () => handler.records.length === 2);
  expect(handler.news).toEqual(['lost 1>8 after 1']);
  await loop.stop();
});

test('ends at the first rejection of the handler and hands the error over', async () => {
  const { loop, handler, failures, feed, start } = setUp();
  handler.onBatch = () => Promise.reject(new Error('disk is gone'));
  feed(4, 0);
  start();
  await waitFor('the failure', () => failures.length === 1);
  expect(failures).toEqual([new Error('disk is gone')]);
  expect(handler.batches).toHaveLength(1);
  await loop.stop();
});
