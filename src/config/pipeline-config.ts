import type { DetectorSpec } from '../core/detector.ts';
import type { Limits } from '../core/limits.ts';
import type { Config, MaintenanceConfig, SourceConfig } from './config.ts';
import { deepFreeze } from './deep-freeze.ts';
import { kafkaAccess, tlsAccess } from './kafka-access.ts';
import type { KafkaAccess } from './kafka-access.ts';

/** How to reach the brokers, secrets in the clear: for the Kafka client alone, never to be printed. */
export interface KafkaConnection extends KafkaAccess {
  readonly groupId: string;
  readonly clientId: string;
  /** Most bytes that a batch of records may be unpacked to. */
  readonly unpackedSizeBytes?: number;
}

/** A source; the log-in at its schema registry is in the clear: for that alone, never to be printed. */
export type PipelineSource =
  | Exclude<SourceConfig, { readonly format: 'avro' }>
  | (Omit<Extract<SourceConfig, { readonly format: 'avro' }>, 'registry'> & {
      readonly registry: { readonly url: string; readonly authorization: string | null };
    });

/** A detector's history at a Prometheus, secrets in the clear: for its HTTP client alone; `shownUrl` holds none. */
export interface HistoryAccess {
  readonly detector: string;
  readonly url: string;
  readonly shownUrl: string;
  readonly token: string | null;
  readonly tls: KafkaAccess['tls'];
}

/** What the pipeline thread needs of the configuration: plain data that a structured clone carries over. */
export interface PipelineConfig {
  readonly kafka: KafkaConnection;
  readonly sources: readonly PipelineSource[];
  readonly detectors: readonly DetectorSpec[];
  readonly histories: readonly HistoryAccess[];
  readonly maxAlertAgeMs: number;
  readonly maxNotificationsPerHour: number;
  readonly maintenance: readonly MaintenanceConfig[];
  /** `null`: dead letters stay in the store. */
  readonly deadLetterTopic: string | null;
  readonly limits: Limits;
  readonly storePath: string;
}

/** The pipeline thread's part of the configuration; reveals the secrets of Kafka, schema registries and histories, and no others. */
export function pipelineConfig(config: Config): PipelineConfig {
  const { groupId, clientId } = config.kafka;
  return deepFreeze({
    kafka: {
      ...kafkaAccess(config.kafka),
      groupId,
      clientId,
      unpackedSizeBytes: config.limits.unpackedSizeBytes,
    },
    sources: config.sources.map(pipelineSource),
    detectors: config.detectors,
    histories: config.histories.map(({ detector, url, token, tls }) => ({
      detector,
      url: url.reveal(),
      shownUrl: String(url),
      token: token?.reveal() ?? null,
      tls: tls && tlsAccess(tls),
    })),
    maxAlertAgeMs: config.delivery.maxAlertAgeMs,
    maintenance: config.maintenance,
    maxNotificationsPerHour: config.delivery.maxNotificationsPerHour,
    deadLetterTopic: config.deadLetters.topic,
    limits: config.limits,
    storePath: config.store.path,
  });
}

function pipelineSource(source: SourceConfig): PipelineSource {
  if (source.format !== 'avro') return source;
  const { url, authorization } = source.registry;
  return { ...source, registry: { url, authorization: authorization?.reveal() ?? null } };
}
