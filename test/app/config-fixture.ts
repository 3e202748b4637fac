import type { Config } from '../../src/config/config.ts';
import type { DetectorSpec } from '../../src/core/detector.ts';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';
import { detectorSpec } from '../store/sample-checkpoints.ts';

/** A configuration of one detector (`hosts` unless given) without channels, on a free loopback port. */
export function configOf(storePath: string, spec: DetectorSpec = detectorSpec()): Config {
  return {
    kafka: { brokers: [], groupId: 'test', clientId: 'test', tls: null, sasl: null },
    sources: [{ name: 'fleet', topics: ['fleet-metrics'], format: 'prometheus_json' }],
    detectors: [spec],
    channels: [],
    histories: [],
    maintenance: [],
    delivery: { maxAlertAgeMs: Infinity, maxNotificationsPerHour: 20, timezone: 'UTC' },
    store: { path: storePath },
    deadLetters: { topic: null },
    limits: DEFAULT_LIMITS,
    server: { listen: { host: '127.0.0.1', port: 0 }, externalUrl: null, token: null },
  };
}
