import { setTimeout as pause } from 'node:timers/promises';
import type { PipelineConfig } from '../config/pipeline-config.ts';
import type { FormerOwnership } from '../ingest/kafka/awaited-partitions.ts';
import { KafkaRecordStream } from '../ingest/kafka/kafka-record-stream.ts';
import type { RecordStream } from '../ingest/record-stream.ts';
import type { FleetOptions } from '../ingest/replay/simulated-fleet.ts';
import { simulateFleet } from '../ingest/replay/simulated-fleet.ts';
import { SimulatedFleetStream } from '../ingest/replay/simulated-fleet-stream.ts';
import { lookAtTopics } from './look-at-topics.ts';
import { sharingRefusal } from './sharing-refusal.ts';
import type { Report } from './telemetry.ts';

/** Where records come from: the configured brokers, or the demo's simulated fleet. */
export type StreamChoice =
  | { readonly kind: 'kafka' }
  | {
      readonly kind: 'simulated';
      readonly fleet: Partial<FleetOptions>;
      /** Between two live steps; absent: as fast as can be. */
      readonly pauseMs?: number;
    };

/** Silence at a log's end after which a partition does not hold its source back any more. */
const IDLE_AFTER_MS = 30_000;

export interface StreamContext {
  readonly config: PipelineConfig;
  readonly report: Report;
  readonly failed: (error: unknown) => void;
  /** The store's id, and the partitions that it has marks of. */
  readonly former: FormerOwnership;
  /** Another member reads topics that only one can read. */
  readonly refused: (why: string) => void;
}

/** Makes the stream, not started yet. */
export function makeStream(choice: StreamChoice, context: StreamContext): RecordStream {
  if (choice.kind === 'kafka') return kafkaStream(context);
  const { fleet, pauseMs } = choice;
  return new SimulatedFleetStream(simulateFleet(fleet), pauseMs === undefined ? null : () => pause(pauseMs));
}

function kafkaStream({ config, report, failed, former, refused }: StreamContext): RecordStream {
  return new KafkaRecordStream({
    connection: config.kafka,
    groupId: config.kafka.groupId,
    sources: config.sources.map((source) => ({
      ...source,
      alignWithinMs: leastLatenessMs(config, source.name) / 2,
    })),
    idleAfterMs: IDLE_AFTER_MS,
    memoryBytes: config.limits.batchMemoryBytes,
    nowMs: () => performance.now(),
    former,
    guard: {
      identity: { storeId: former.storeId, sinceMs: Date.now() },
      judge: async (others) => sharingRefusal(await lookAtTopics(config), others, config.kafka.groupId),
      refused,
    },
    log: (level, message) => {
      if (level !== 'debug') report({ event: 'kafka_log', level, message });
    },
    onFailure: failed,
  });
}

/** What a stream depends on of a configuration: with an equal one it may be read on. */
export function streamKey(config: Pick<PipelineConfig, 'sources' | 'detectors' | 'limits'>): string {
  const sources = config.sources.map((source) => [source, leastLatenessMs(config, source.name)]);
  return JSON.stringify([sources, config.limits.batchMemoryBytes]);
}

/** The strictest detector that reads the source decides how far its partitions may drift apart. */
function leastLatenessMs({ detectors }: Pick<PipelineConfig, 'detectors'>, source: string): number {
  const readers = detectors.filter((detector) => detector.source === null || detector.source === source);
  return Math.min(...readers.map(({ allowedLatenessMs }) => allowedLatenessMs));
}
