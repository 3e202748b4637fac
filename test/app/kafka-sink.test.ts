import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KafkaSink } from '../../src/app/kafka-sink.ts';
import { testChannel } from '../../src/app/test-channel.ts';
import { webhookBodySchema } from '../../src/delivery/webhook-body.ts';
import { kafkaConfig } from '../delivery/channel-configs.ts';
import { freePort } from '../support/free-port.ts';
import { createTopic, quietClient, sharedKafka, uniqueName } from '../support/kafka.ts';
import { waitFor } from '../support/wait-for.ts';
import { configOf } from './config-fixture.ts';

interface Read {
  readonly partition: number;
  readonly key: string;
  readonly value: string;
  readonly idempotencyKey: string;
}

let brokers: readonly string[] = [];
beforeAll(async () => {
  ({ brokers } = await sharedKafka());
});
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function reader(brokers: readonly string[], topic: string): Promise<readonly Read[]> {
  const read: Read[] = [];
  const consumer = quietClient(brokers).consumer({ groupId: uniqueName('alerts') });
  await consumer.connect();
  closers.push(() => consumer.disconnect());
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message: { key, value, headers } }) => {
      const idempotencyKey = String(headers?.['idempotency-key']);
      read.push({ partition, key: String(key), value: String(value), idempotencyKey });
    },
  });
  return read;
}

describe('a topic that alerts go to', () => {
  it('gets the webhook’s JSON, keyed so that one partition holds an entity’s events in order', async () => {
    const topic = await createTopic(brokers, 3, uniqueName('alerts'));
    const channel = kafkaConfig(topic, { brokers });
    const config = { ...configOf('/nowhere'), channels: [channel] };
    const attempts = await testChannel(config, 'bus');
    expect(attempts).toEqual([
      { event: 'firing', ok: true, answer: `the brokers have it in topic ${topic}` },
      { event: 'resolved', ok: true, answer: `the brokers have it in topic ${topic}` },
    ]);
    const sink = new KafkaSink(channel, 'test', Date.now);
    closers.push(() => sink.close());
    for (const key of ['a', 'b', 'c', 'd', 'a']) {
      expect(await sink.write({ key, value: '{}', headers: { 'idempotency-key': key } })).toMatchObject({
        ok: true,
      });
    }
    const read = await reader(brokers, topic);
    await waitFor('all records', () => read.length === 7);
    const [firing, resolved] = read.filter(({ key }) => key === 'strayd-test');
    const body = webhookBodySchema.parse(JSON.parse(firing?.value ?? ''));
    expect(body).toMatchObject({ event: 'firing', alert: { entity: 'strayd-test' } });
    expect(firing?.idempotencyKey).toBe(body.idempotency_key);
    expect(JSON.parse(resolved?.value ?? '')).toMatchObject({ event: 'resolved' });
    for (const key of ['a', 'strayd-test']) {
      const partitions = read.filter((one) => one.key === key).map(({ partition }) => partition);
      expect(partitions).toHaveLength(2);
      expect(new Set(partitions).size).toBe(1);
    }
    expect(new Set(read.map(({ partition }) => partition)).size).toBeGreaterThan(1);
  });

  it('that is not there is tried again later, and the error names it', async () => {
    const topic = uniqueName('missing');
    const sink = new KafkaSink(kafkaConfig(topic, { brokers }), 'test', Date.now);
    closers.push(() => sink.close());
    const outcome = await sink.write({ key: 'a', value: '{}', headers: {} });
    expect(outcome).toMatchObject({ ok: false, retry: true });
    expect(outcome.ok ? '' : outcome.error).toContain(`topic ${topic} at ${brokers.join(', ')}`);
  });

  it('takes no record that is larger than brokers allow, which is final', async () => {
    const topic = await createTopic(brokers, 1, uniqueName('alerts'));
    const sink = new KafkaSink(kafkaConfig(topic, { brokers }), 'test', Date.now);
    closers.push(() => sink.close());
    // Random text, for gzip would make anything else small.
    const value = Array.from({ length: 250_000 }, () => Math.random().toString(36).slice(2)).join('');
    expect(await sink.write({ key: 'a', value, headers: {} })).toMatchObject({ ok: false, retry: false });
  });

  it('is connected to anew after brokers that were away', async () => {
    const sink = new KafkaSink(
      kafkaConfig('alerts', { brokers: [`127.0.0.1:${await freePort()}`] }),
      'test',
      Date.now,
    );
    for (let attempt = 0; attempt < 2; attempt++) {
      const outcome = await sink.write({ key: 'a', value: '{}', headers: {} });
      expect(outcome).toMatchObject({ ok: false, retry: true });
      expect(outcome.ok ? '' : outcome.error).toContain('ECONNREFUSED');
    }
    await sink.close();
  });
});
