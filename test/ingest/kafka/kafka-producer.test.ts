import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { KafkaProducer } from '../../../src/ingest/kafka/kafka-producer.ts';
import { createTopic, produce, sharedKafka, uniqueName } from '../../support/kafka.ts';
import { waitFor } from '../../support/wait-for.ts';
import { RecordingHandler, streamOf, upTo } from './recording-handler.ts';

test('what the producer writes comes back with key, time and partition', async () => {
  const { brokers } = await sharedKafka();
  const producer = new KafkaProducer({ clientId: 'demo', brokers, tls: null, sasl: null }, () => undefined);
  await producer.connect();
  const topic = uniqueName('demo');
  expect(await producer.ensureTopic(topic, 3)).toBe(3);
  expect(await producer.ensureTopic(topic, 5)).toBe(3);
  await producer.send(topic, [
    { partition: 2, key: 'db-3', value: 'a', timeMs: 1_000 },
    { partition: 2, key: null, value: 'b', timeMs: 2_000 },
  ]);
  await producer.close();
  const handler = new RecordingHandler();
  const stream = streamOf(brokers, [topic], { groupId: uniqueName('group') });
  await stream.start(handler);
  await waitFor('both records', () => handler.records.length === 2);
  await stream.close();
  expect(handler.records).toEqual([
    { partition: 2, offset: 0, timeMs: 1_000, value: 'a' },
    { partition: 2, offset: 1, timeMs: 2_000, value: 'b' },
  ]);
  const keys = handler.batches.flatMap((batch) =>
    batch.records.map(({ key }) => key && Buffer.from(key).toString()),
  );
  expect(keys).toEqual(['db-3', null]);
});

test('the stream works inside a worker thread', async () => {
  const { brokers } = await sharedKafka();
  const topic = await createTopic(brokers, 1);
  await produce(
    brokers,
    topic,
    upTo(100).map((i) => ({ partition: 0, timeMs: i, value: 'x' })),
  );
  const workerData = { brokers, topic, groupId: uniqueName('group') };
  const file = new URL('./stream-worker.ts', import.meta.url).href;
  const start = `import('tsx/esm/api').then(({ register }) => { register(); return import('${file}'); });`;
  const worker = new Worker(start, { workerData, eval: true });
  const answer = await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  expect(answer).toBe(100);
  await worker.terminate();
});
