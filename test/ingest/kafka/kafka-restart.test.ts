import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTopic, produce, uniqueName } from '../../support/kafka.ts';
import { startKafkaBroker, type KafkaBroker } from '../../support/kafka-broker.ts';
import { waitFor } from '../../support/wait-for.ts';
import { RecordingHandler, streamOf, upTo } from './recording-handler.ts';

let broker: KafkaBroker;
beforeAll(async () => {
  broker = await startKafkaBroker();
});
afterAll(() => broker.remove());

test(
  'goes on after the broker was killed in mid-stream: no record lost, none twice',
  { timeout: 90_000 },
  async () => {
    const { brokers } = broker;
    const topic = await createTopic(brokers, 2);
    const part = (first: number) =>
      [0, 1].flatMap((partition) =>
        upTo(2_000).map((i) => ({ partition, timeMs: (first + i) * 1_000, value: String(first + i) })),
      );
    await produce(brokers, topic, part(0));
    const handler = new RecordingHandler();
    const stream = streamOf(brokers, [topic], {
      groupId: uniqueName('group'),
      alignWithinMs: 15_000,
      sessionTimeoutMs: 2_000,
    });
    await stream.start(handler);
    await waitFor('some records', () => handler.records.length > 100);
    await broker.stop('SIGKILL');
    await waitFor('the trouble to be told', () =>
      handler.news.some((news) => news.startsWith('trouble Kafka at')),
    );
    await broker.start();
    await waitFor('the recovery to be told', () => handler.news.includes('trouble over'), {
      timeoutMs: 40_000,
    });
    await produce(brokers, topic, part(2_000));
    await waitFor('all records', () => handler.records.length >= 8_000, { timeoutMs: 40_000 });
    await stream.close();
    for (const partition of [0, 1]) expect(handler.offsets(partition)).toEqual(upTo(4_000));
    expect(handler.news.filter((news) => news.startsWith('assigned'))).toHaveLength(2);
  },
);
