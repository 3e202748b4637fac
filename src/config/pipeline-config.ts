import type { DetectorSpec } from '../core/detector.ts';
import type { Config, SourceConfig } from './config.ts';
import { deepFreeze } from './deep-freeze.ts';
import { kafkaAccess } from './kafka-access.ts';
import type { KafkaAccess } from './kafka-access.ts';

/** How to reach the brokers, secrets in the clear: for the Kafka client alone, never to be printed. */
export interface KafkaConnection extends KafkaAccess {
  readonly groupId: string;
  readonly clientId: string;
}

/** A source; the log-in at its schema registry is in the clear: for that alone, never to be printed. */
export type PipelineSource =
  | Exclude<SourceConfig, { readonly format: 'avro' }>
  | (Omit<Extract<SourceConfig, { readonly format: 'avro' }>, 'registry'> & {
      readonly registry: { readonly url: string; readonly authorization: string | null };
    });

/** What the pipeline thread needs of the configuration: plain data that a structured clone carries over. */
export interface PipelineConfig {
  readonly kafka: KafkaConnection;
  readonly sources: readonly PipelineSource[];
  readonly detectors: readonly DetectorSpec[];
  readonly maxAlertAgeMs: number;
  readonly storePath: string;
}

/** The pipeline thread's part of the configuration; reveals the secrets of Kafka and schema registries and no others. */
export function pipelineConfig(config: Config): PipelineConfig {
  const { groupId, clientId } = config.kafka;
  return deepFreeze({
    kafka: { ...kafkaAccess(config.kafka), groupId, clientId },
    sources: config.sources.map(pipelineSource),
    detectors: config.detectors,
    maxAlertAgeMs: config.delivery.maxAlertAgeMs,
    storePath: config.store.path,
  });
}

function pipelineSource(source: SourceConfig): PipelineSource {
  if (source.format !== 'avro') return source;
  const { url, authorization } = source.registry;
  return { ...source, registry: { url, authorization: authorization?.reveal() ?? null } };
}
