import { join } from 'node:path';
import { LATENESS_MS } from './drill-fleet.ts';

export const DETECTOR = 'fleet';

/** What differs from drill to drill. */
export interface DrillConfig {
  readonly brokers: readonly string[];
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Folder of the configuration; the store is `data` in it. */
  readonly folder: string;
  readonly webhookUrl?: string;
  /** Overrides in the detector. */
  readonly detector?: Readonly<Record<string, unknown>>;
}

/** A configuration that watches the drill fleet; nothing in it happens by the wall clock within a drill. */
export function drillConfig(options: DrillConfig): Record<string, unknown> {
  const { brokers, groupId, topics, folder, webhookUrl, detector } = options;
  return {
    kafka: { brokers, group_id: groupId },
    sources: [{ name: 'fleet', topics, format: 'prometheus_json' }],
    detectors: [
      {
        name: DETECTOR,
        mode: webhookUrl === undefined ? 'observe' : 'alert',
        select: '{job="fleet"}',
        entity: ['instance'],
        features: [
          { metric: 'load' },
          { metric: 'latency' },
          { name: 'cpu_busy', metric: 'cpu_seconds_total', as: 'rate', aggregate: 'sum' },
          { name: 'requests', metric: 'requests_total', as: 'rate' },
        ],
        step: '1m',
        allowed_lateness: `${LATENESS_MS / 1000}s`,
        model: { layers: [16, 8], max_epochs: 2 },
        training: { schedule: '0 0 29 2 *', min_steps: 1000 },
        alert: { budget: '5 per week', confirm: { steps: 3, of: 5 }, min_change: 0 },
        ...detector,
      },
    ],
    channels: webhookUrl === undefined ? [] : [{ name: 'hook', type: 'webhook', url: webhookUrl }],
    // The records' hours pass in seconds.
    delivery: { max_notifications_per_hour: 10_000, max_alert_age: '3650d' },
    store: { path: join(folder, 'data') },
  };
}
