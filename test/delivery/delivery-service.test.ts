import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeChannels } from '../../src/delivery/channel-registry.ts';
import { deliveryService, type DeliveryService } from '../../src/delivery/delivery-service.ts';
import type { DeliveryReport } from '../../src/delivery/delivery-runtime.ts';
import { outboxRows } from '../../src/delivery/outbox-rows.ts';
import { Secret } from '../../src/config/secret.ts';
import type { Alert } from '../../src/pipeline/effects.ts';
import { alertmanagerBinary, startAlertmanager } from '../support/alertmanager.ts';
import type { LocalService } from '../support/local-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { factsOf, firingAlert, levelOf, notificationOf, stepMs, textOf } from './alert-fixtures.ts';
import { alertmanagerConfig, testParts, webhookConfig } from './channel-configs.ts';
import { MemoryOutbox } from './memory-outbox.ts';

const realRuntime = {
  nowMs: () => Date.now(),
  random: () => 0.1,
  setTimer: (callback: () => void, delayMs: number) => {
    const timer = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};

interface HeldAlert {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
}

const held = async (alertmanager: LocalService): Promise<readonly HeldAlert[]> =>
  (await (await fetch(`${alertmanager.url}/api/v2/alerts`)).json()) as HeldAlert[];

it.skipIf(alertmanagerBinary.path === null)(
  `two real Alertmanagers hold an alert, pass it on, and let it go when it is resolved${alertmanagerBinary.note}`,
  async () => {
    const pager = await startWebhookReceiver();
    const replicas = await Promise.all([startAlertmanager(pager.url), startAlertmanager()]);
    const alert = firingAlert(Date.now() - 120_000);
    let current = [levelOf(alert)];
    const reports: DeliveryReport[] = [];
    const urls = replicas.map(({ url }) => url);
    const service = deliveryService({
      channels: makeChannels([alertmanagerConfig(urls)], testParts()),
      reader: { pending: () => [] },
      marks: { mark: () => Promise.resolve() },
      current: () => current,
      templateFailed: () => undefined,
      runtime: realRuntime,
      report: (report) => reports.push(report),
    });
    service.wake();
    for (const replica of replicas) {
      const shown = await waitFor('the alert', async () => {
        const alerts = await held(replica);
        return alerts[0];
      });
      expect(shown).toMatchObject({
        labels: {
          alertname: 'StraydAnomaly',
          detector: 'hosts',
          severity: 'critical',
          instance: 'db-3',
          k8s_pod: 'db',
        },
        annotations: {
          summary: textOf(alert).summary,
          description: textOf(alert).lines.join('\n'),
          runbook_url: 'https://example.org/runbooks/hosts',
        },
        startsAt: new Date(alert.firstStepOver * stepMs).toISOString(),
        generatorURL: `https://strayd.example/?alert=${alert.id}`,
      });
      expect(Date.parse(shown.endsAt)).toBeGreaterThan(Date.now());
    }
    const statusOf = (body: string): string => (JSON.parse(body) as { status: string }).status;
    await waitFor('the page', () => pager.requests.some(({ body }) => statusOf(body) === 'firing'));

    current = [
      levelOf({
        ...alert,
        state: 'resolved',
        resolvedStep: alert.firstStepOver + 6,
        resolution: 'recovered',
      }),
    ];
    service.wake();
    for (const replica of replicas) await waitFor('the end', async () => (await held(replica)).length === 0);
    await waitFor('the all-clear', () => pager.requests.some(({ body }) => statusOf(body) === 'resolved'));
    expect(reports.map(({ outcome }) => outcome)).toEqual(Array(4).fill('delivered'));
    await service.stop();
    await Promise.all([...replicas.map((replica) => replica.stop()), pager.close()]);
  },
  60_000,
);

let receiver: WebhookReceiver;
let service: DeliveryService | null = null;
beforeAll(async () => {
  receiver = await startWebhookReceiver();
});
afterAll(async () => {
  await service?.stop();
  await receiver.close();
});

it('a webhook that fails at first gets each event once it is well, in order, with keys that stay', async () => {
  const outbox = new MemoryOutbox();
  const secret = new Secret('s3cret');
  const config = webhookConfig(receiver.url, { secret });
  receiver.misbehave((_request, index) => (index < 2 ? { status: 500 } : { status: 200 }));
  service = deliveryService({
    channels: makeChannels([config], testParts()),
    reader: outbox,
    marks: outbox,
    current: () => [],
    templateFailed: () => undefined,
    runtime: realRuntime,
    report: () => {
      outbox.checkpoint();
    },
  });
  const firing = firingAlert(Date.now() - 120_000);
  const ended: Alert = {
    ...firing,
    state: 'resolved',
    resolvedStep: firing.firstStepOver + 6,
    resolution: 'recovered',
  };
  for (const alert of [firing, ended]) {
    const context = { factsOf: () => factsOf(alert), nowMs: Date.now(), templateFailed: () => undefined };
    const route = { ...config, template: null };
    for (const row of outboxRows(notificationOf(alert), [route], context)) outbox.add(row);
  }
  service.wake();
  await waitFor('both deliveries', () => outbox.rows.every(({ status }) => status === 'delivered'));
  const keys = receiver.requests.map(({ headers }) => headers['idempotency-key']);
  const { id } = notificationOf(firing).incident;
  const firingKey = `${id}:firing:hook`;
  expect(keys).toEqual([firingKey, firingKey, firingKey, `${id}:resolved:hook`]);
  expect(new Set(receiver.requests.slice(0, 3).map(({ body }) => body)).size).toBe(1);
});
