import type { DetectorSpec } from '../core/detector.ts';
import type { Config, SourceConfig } from './config.ts';
import { deepFreeze } from './deep-freeze.ts';

/** How to reach the brokers, secrets in the clear: for the Kafka client alone, never to be printed. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly groupId: string;
  readonly clientId: string;
  /** As node:tls takes it, PEM texts; what is left out is the system's. `null`: not encrypted. */
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
  } | null;
  readonly sasl: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  } | null;
}

/** What the pipeline thread needs of the configuration: plain data that a structured clone carries over. */
export interface PipelineConfig {
  readonly kafka: KafkaConnection;
  readonly sources: readonly SourceConfig[];
  readonly detectors: readonly DetectorSpec[];
  readonly maxAlertAgeMs: number;
  readonly storePath: string;
}

/** The pipeline thread's part of the configuration; reveals the Kafka secrets and no others. */
export function pipelineConfig(config: Config): PipelineConfig {
  const { brokers, groupId, clientId, tls, sasl } = config.kafka;
  return deepFreeze({
    kafka: {
      brokers,
      groupId,
      clientId,
      tls: tls && {
        ...(tls.ca !== null && { ca: tls.ca }),
        ...(tls.cert !== null && { cert: tls.cert }),
        ...(tls.key !== null && { key: tls.key.reveal() }),
        ...(tls.serverName !== null && { servername: tls.serverName }),
      },
      sasl: sasl && { ...sasl, password: sasl.password.reveal() },
    },
    sources: config.sources,
    detectors: config.detectors,
    maxAlertAgeMs: config.delivery.maxAlertAgeMs,
    storePath: config.store.path,
  });
}
