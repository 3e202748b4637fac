import type { Config } from '../config/config.ts';
import { makeChannels } from '../delivery/channel-registry.ts';
import { deliveryService, type DeliveryService } from '../delivery/delivery-service.ts';
import type { OutboxMark } from '../delivery/outbox.ts';
import type { Metrics } from '../server/metrics.ts';
import type { StoreReader } from '../store/store-reader.ts';
import type { PipelineThread } from './pipeline-thread.ts';
import type { Instruments } from './instruments.ts';

export interface DeliverOptions {
  readonly config: Config;
  readonly store: StoreReader;
  readonly thread: PipelineThread;
  readonly instruments: Instruments;
}

/** Starts the channels on the main thread: they read the store, and their marks go to the pipeline thread to be written. */
export function startDelivery({ config, store, thread, instruments }: DeliverOptions): DeliveryService {
  const { metrics, current, report } = instruments;
  const mark = (one: OutboxMark): void => {
    thread.call({ kind: 'outbox_marks', marks: [one] }).catch((error: unknown) => {
      const cause = error instanceof Error ? error.message : String(error);
      report({ event: 'failed', level: 'error', message: `Writing what became of a delivery: ${cause}` });
    });
  };
  const service = deliveryService({
    channels: makeChannels(config.channels, Date.now),
    reader: { pending: (channel, limit) => store.pendingOutbox(channel, limit) },
    marks: { mark },
    current: () => current.list(),
    externalUrl: config.server.externalUrl,
    runtime: {
      nowMs: Date.now,
      random: Math.random,
      setTimer: (callback, delayMs) => {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
    },
    report: ({ channel, outcome, error, errorChanged, alertId }) => {
      metrics.deliveriesTotal.inc({ channel, outcome });
      if (outcome === 'delivered') observeDelay(store, alertId, metrics);
      if (!errorChanged) return;
      report(
        error === null
          ? {
              event: 'delivery_recovered',
              level: 'info',
              message: `Channel ${channel} takes deliveries again.`,
            }
          : {
              event: 'delivery_trouble',
              level: 'warn',
              message: `Channel ${channel}: ${error}`,
              fields: { channel, outcome },
            },
      );
    },
  });
  service.wake();
  return service;
}

function observeDelay(store: StoreReader, alertId: string | null, metrics: Metrics): void {
  const record = alertId === null ? null : store.showAlert(alertId);
  if (record === null || record.alert.state !== 'firing' || record.alert.firedStep === null) return;
  const confirmedMs = (record.alert.firedStep + 1) * record.stepMs;
  metrics.detectionDelay.observe(Math.max(0, Date.now() - confirmedMs) / 1000);
}
