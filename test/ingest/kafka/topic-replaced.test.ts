import { describe, expect, test } from 'vitest';
import type { RecordPrint } from '../../../src/core/records.ts';
import { recordFingerprint } from '../../../src/ingest/record-fingerprint.ts';
import {
  createTopic,
  deleteRecordsBefore,
  produce,
  quietClient,
  uniqueName,
  withAdmin,
  type TestRecord,
} from '../../support/kafka.ts';
import { waitFor } from '../../support/wait-for.ts';
import { RecordingHandler, upTo } from './recording-handler.ts';
import { sharedStreams } from './shared-streams.ts';

const kafka = sharedStreams();

const line = (count: number, what: string): TestRecord[] =>
  upTo(count).map((i) => ({ partition: 0, timeMs: i * 1_000, key: 'k', value: `${what}-${i}` }));

/** Reads all of a topic once and answers what was read last. */
async function readOnce(topic: string, count: number): Promise<RecordPrint> {
  const handler = new RecordingHandler();
  const stream = await kafka.begin(handler, [topic]);
  await waitFor(`${count} records`, () => handler.records.length >= count);
  await stream.close();
  const last = handler.batches.at(-1)?.records.at(-1);
  if (last === undefined) throw new Error('no record');
  return { offset: last.offset, fingerprint: recordFingerprint(last) };
}

/** Reads on from `offset` by a store that has read `print` last. */
async function readOn(topic: string, offset: number, print: RecordPrint): Promise<RecordingHandler> {
  const handler = new RecordingHandler();
  handler.startAt = () => offset;
  handler.lastReadOf = () => print;
  await kafka.begin(handler, [topic]);
  return handler;
}

const isThrough = (handler: RecordingHandler, end: number): Promise<unknown> =>
  waitFor(`offset ${end - 1}`, () => handler.offsets(0).at(-1) === end - 1);

describe('a topic that was read before', () => {
  test('is read from its beginning if it was made anew, though it has grown past the stored offset', async () => {
    const topic = await createTopic(kafka.brokers, 1);
    await produce(kafka.brokers, topic, line(20, 'old'));
    const print = await readOnce(topic, 20);
    await withAdmin(kafka.brokers, (admin) => admin.deleteTopics({ topics: [topic] }));
    await waitFor('the topic to be gone', () =>
      withAdmin(kafka.brokers, async (admin) => !(await admin.listTopics()).includes(topic)),
    );
    await createTopic(kafka.brokers, 1, topic);
    await produce(kafka.brokers, topic, line(50, 'new'));
    const handler = await readOn(topic, 15, print);
    await isThrough(handler, 50);
    expect(handler.news).toEqual(['assigned 0', 'replaced 0 19>0']);
    expect(handler.offsets(0)).toEqual(upTo(50));
  });

  test('is read from its beginning if it ends before what was read last, be the stored offset in it or not', async () => {
    const topic = await createTopic(kafka.brokers, 1);
    await produce(kafka.brokers, topic, line(20, 'new'));
    const handler = await readOn(topic, 15, { offset: 30, fingerprint: 'feed' });
    await isThrough(handler, 20);
    expect(handler.news).toEqual(['assigned 0', 'replaced 0 30>0']);
    expect(handler.offsets(0)).toEqual(upTo(20));
  });

  test('goes on where it was if it is the same, with steps to be read again or without', async () => {
    const topic = await createTopic(kafka.brokers, 1);
    await produce(kafka.brokers, topic, line(20, 'same'));
    const print = await readOnce(topic, 20);
    const again = await readOn(topic, 15, print);
    await isThrough(again, 20);
    const onwards = await readOn(topic, 20, print);
    await produce(kafka.brokers, topic, line(5, 'more'));
    for (const handler of [again, onwards]) await isThrough(handler, 25);
    expect(again.offsets(0)).toEqual(upTo(25).slice(15));
    expect(onwards.offsets(0)).toEqual(upTo(25).slice(20));
    for (const { news } of [again, onwards]) expect(news).toEqual(['assigned 0']);
  });

  test('goes on where it was if retention has taken the record that was read last', async () => {
    const topic = await createTopic(kafka.brokers, 1);
    await produce(kafka.brokers, topic, line(20, 'same'));
    const print = await readOnce(topic, 20);
    await produce(kafka.brokers, topic, line(5, 'more'));
    await deleteRecordsBefore(kafka.brokers, topic, 0, 20);
    const handler = await readOn(topic, 20, print);
    await isThrough(handler, 25);
    expect(handler.news).toEqual(['assigned 0']);
    expect(handler.offsets(0)).toEqual(upTo(25).slice(20));
  });

  test('goes on where it was if nothing stands any more at the offset of the record that was read last', async () => {
    const topic = await createTopic(kafka.brokers, 1);
    const producer = quietClient(kafka.brokers).producer({
      transactionalId: uniqueName('tx'),
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    for (const value of ['a', 'b']) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ partition: 0, value }] });
      await transaction.commit();
    }
    await producer.disconnect();
    // The end of the first transaction: nobody is given it, as with a record that compaction has taken.
    const handler = await readOn(topic, 2, { offset: 1, fingerprint: 'feed' });
    await isThrough(handler, 3);
    expect(handler.news).toEqual(['assigned 0']);
    expect(handler.offsets(0)).toEqual([2]);
  });
});
