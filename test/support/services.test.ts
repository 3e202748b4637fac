import { afterEach, expect, test } from 'vitest';
import { alertmanagerBinary, startAlertmanager } from './alertmanager.ts';
import { createTopic, produce, sharedKafka, withAdmin } from './kafka.ts';
import { prometheusBinary, startPrometheus } from './prometheus.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

test('the shared broker creates topics and keeps the timestamps it was given', async () => {
  const { brokers } = await sharedKafka();
  const topic = await createTopic(brokers, 3);
  await produce(brokers, topic, [
    { partition: 2, timeMs: 1_000, value: 'a' },
    { partition: 2, timeMs: 2_000, value: 'b' },
  ]);
  const found = await withAdmin(brokers, (admin) => admin.fetchTopicOffsetsByTimestamp(topic, 1_500));
  expect(found).toContainEqual({ partition: 2, offset: '1' });
});

test.skipIf(prometheusBinary.path === null)(
  `Prometheus scrapes what it is told to${prometheusBinary.note}`,
  async () => {
    const prometheus = await startPrometheus({ targets: ['127.0.0.1:1'] });
    cleanups.push(() => prometheus.stop());
    const targets = async (): Promise<string> => (await fetch(`${prometheus.url}/api/v1/targets`)).text();
    await expect.poll(targets, { timeout: 20_000 }).toContain('127.0.0.1:1');
  },
);

test.skipIf(alertmanagerBinary.path === null)(
  `Alertmanager passes an alert on to the webhook receiver${alertmanagerBinary.note}`,
  async () => {
    const receiver = await startWebhookReceiver();
    cleanups.push(() => receiver.close());
    const alertmanager = await startAlertmanager(receiver.url);
    cleanups.push(() => alertmanager.stop());
    await fetch(`${alertmanager.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ labels: { alertname: 'Probe' } }]),
    });
    await expect.poll(() => receiver.requests.map((request) => request.body).join()).toContain('Probe');
  },
);
