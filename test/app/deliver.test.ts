import { afterEach, beforeEach, expect, it } from 'vitest';
import { startDelivery } from '../../src/app/deliver.ts';
import { createInstruments } from '../../src/app/instruments.ts';
import type { Instruments } from '../../src/app/instruments.ts';
import type { PipelineCall } from '../../src/app/messages.ts';
import type { PipelineThread } from '../../src/app/pipeline-thread.ts';
import type { DeliveryService } from '../../src/delivery/delivery-service.ts';
import type { OutboxRow } from '../../src/core/outbox.ts';
import type { StoreReader } from '../../src/store/store-reader.ts';
import { metricValue } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWebhookReceiver } from '../support/webhook-receiver.ts';
import type { WebhookReceiver } from '../support/webhook-receiver.ts';
import { webhookConfig } from '../delivery/channel-configs.ts';
import { configOf } from './config-fixture.ts';

const row: OutboxRow = {
  id: 'row',
  channel: 'hook',
  alertId: 'alert',
  idempotencyKey: 'key',
  body: '{}',
  createdMs: Date.now(),
  attempts: 0,
  nextAttemptMs: 0,
  status: 'pending',
  lastError: null,
  deliveredMs: null,
};

let hook: WebhookReceiver;
let instruments: Instruments;
let service: DeliveryService | null = null;
const calls: PipelineCall[] = [];
beforeEach(async () => {
  hook = await startWebhookReceiver();
  calls.length = 0;
  instruments = createInstruments(configOf('/nowhere'), 'silent', { version: '1', nodeVersion: '20' });
});
afterEach(async () => {
  await service?.stop();
  await hook.close();
});

/** Starts delivery over a store that answers by `pending`, and knows no alert. */
function deliver(pending: () => readonly OutboxRow[], call: () => Promise<unknown>): DeliveryService {
  const config = {
    ...configOf('/nowhere'),
    channels: [webhookConfig(hook.url)],
  };
  const store = {
    pendingOutbox: pending,
    showIncident: () => {
      throw new Error('the disk is gone');
    },
  } as unknown as StoreReader;
  const thread = {
    call: (asked: PipelineCall) => {
      calls.push(asked);
      return call();
    },
  } as unknown as PipelineThread;
  service = startDelivery({ config, store, thread, instruments });
  return service;
}

async function counted(series: string): Promise<number | null> {
  return metricValue(await instruments.metrics.registry.metrics(), series);
}

it('what was delivered is counted and marked, even if its alert can not be read', async () => {
  let rows = [row];
  deliver(
    () => rows,
    () => {
      rows = [];
      return Promise.resolve(null);
    },
  );
  await waitFor('the mark', () => calls.length > 0);
  expect(calls).toMatchObject([
    { kind: 'outbox_marks', marks: [{ id: 'row', status: 'delivered', attempts: 1 }] },
  ]);
  expect(hook.requests).toHaveLength(1);
  expect(await counted('strayd_deliveries_total{channel="hook",outcome="delivered"}')).toBe(1);
});

it('a store that can not be read for a while is told once and delays what is to be sent, no more', async () => {
  let reads = 0;
  const running = deliver(
    () => {
      reads += 1;
      if (reads <= 2) throw new Error('the disk is gone');
      return reads === 3 ? [row] : [];
    },
    () => Promise.resolve(null),
  );
  await waitFor('the first read', () => reads === 1);
  running.wake();
  await waitFor('the second read', () => reads === 2);
  running.wake();
  await waitFor('the delivery', () => hook.requests.length === 1);
  expect(await counted('strayd_events_total{event="failed",level="error"}')).toBe(1);
});

it('a mark on its way is not forgotten when a read fails: its delivery is not sent again', async () => {
  let reads = 0;
  const running = deliver(
    () => {
      reads += 1;
      if (reads === 2) throw new Error('the disk is gone');
      return reads < 3 ? [row] : [row, { ...row, id: 'other', alertId: 'other', idempotencyKey: 'other' }];
    },
    () => new Promise(() => undefined),
  );
  await waitFor('the failed read', () => reads === 2);
  running.wake();
  await waitFor('the read after the next delivery', () => reads === 4);
  expect(hook.requests).toHaveLength(2);
});

it('a mark that the pipeline thread refuses is told once and offered again until it is taken', async () => {
  let refusals = 0;
  let isTaken = false;
  const running = deliver(
    () => (isTaken ? [] : [row]),
    () => {
      if (refusals < 1) {
        refusals += 1;
        return Promise.reject(new Error('the disk is full'));
      }
      isTaken = true;
      return Promise.resolve(null);
    },
  );
  await waitFor(
    'the refusal',
    async () => (await counted('strayd_events_total{event="failed",level="error"}')) === 1,
  );
  running.wake();
  await waitFor('the mark', () => isTaken);
  expect(calls[1]).toEqual(calls[0]);
  expect(hook.requests).toHaveLength(1);
  expect(await counted('strayd_events_total{event="failed",level="error"}')).toBe(1);
});
