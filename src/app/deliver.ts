import type { Config } from '../config/config.ts';
import { makeChannels } from '../delivery/channel-registry.ts';
import { deliveryService, type DeliveryService } from '../delivery/delivery-service.ts';
import type { OutboxMarks, OutboxReader } from '../delivery/outbox.ts';
import type { Metrics } from '../server/metrics.ts';
import type { IncidentRecord } from '../store/incident-repository.ts';
import type { StoreReader } from '../store/store-reader.ts';
import { audibleAlerts } from './audible-alerts.ts';
import { channelParts } from './channel-parts.ts';
import type { PipelineThread } from './pipeline-thread.ts';
import type { Instruments } from './instruments.ts';
import type { Report } from './telemetry.ts';
import { templateNotices } from './template-notices.ts';

export interface DeliverOptions {
  readonly config: Config;
  readonly store: StoreReader;
  readonly thread: PipelineThread;
  readonly instruments: Instruments;
}

/** Starts the channels on the main thread: they read the store, and their marks go to the pipeline thread to be written. */
export function startDelivery({ config, store, thread, instruments }: DeliverOptions): DeliveryService {
  const { metrics, current, report } = instruments;
  const audible = audibleAlerts({ config, store, report, nowMs: Date.now });
  const service = deliveryService({
    channels: makeChannels(config.channels, channelParts(config)),
    reader: { pending: readingSafely(store, report) },
    marks: { mark: markingAloud(thread, report) },
    current: () => audible(current.list()),
    templateFailed: templateNotices(report),
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

/** The sender offers a refused mark again and again; why it was refused is told once. */
function markingAloud(thread: PipelineThread, report: Report): OutboxMarks['mark'] {
  let trouble: string | null = null;
  return async (mark) => {
    try {
      await thread.call({ kind: 'outbox_marks', marks: [mark] });
      trouble = null;
    } catch (error) {
      const message = `Writing what became of a delivery: ${error instanceof Error ? error.message : String(error)}`;
      if (message !== trouble) report({ event: 'failed', level: 'error', message });
      trouble = message;
      throw error;
    }
  };
}

/** A read that fails now may work in a moment, and the rows are still there then: it is told once and answers `null`. */
function readingSafely(store: StoreReader, report: Report): OutboxReader['pending'] {
  let trouble: string | null = null;
  return (channel, limit) => {
    try {
      const rows = store.pendingOutbox(channel, limit);
      trouble = null;
      return rows;
    } catch (error) {
      const message = `Reading what is to be delivered: ${error instanceof Error ? error.message : String(error)}`;
      if (message !== trouble) report({ event: 'failed', level: 'error', message });
      trouble = message;
      return null;
    }
  };
}

/** From the step that confirmed an incident's first alert to its first message. A figure only: a store that can't be read now leaves it out. */
function observeDelay(store: StoreReader, incidentId: string | null, metrics: Metrics): void {
  const record = incidentId === null ? null : incidentOrNull(store, incidentId);
  if (record === null || record.incident.state !== 'firing' || record.incident.told > 1) return;
  const confirmedMs = (record.incident.openedStep + 1) * record.stepMs;
  metrics.detectionDelay.observe(Math.max(0, Date.now() - confirmedMs) / 1000);
}

function incidentOrNull(store: StoreReader, id: string): IncidentRecord | null {
  try {
    return store.showIncident(id);
  } catch {
    return null;
  }
}
