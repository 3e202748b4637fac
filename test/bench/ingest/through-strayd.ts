import { DEFAULT_LIMITS } from '../../../src/core/limits.ts';
import type * as batchSlicesModule from '../../../src/app/batch-slices.ts';
import type * as decodeLimitsModule from '../../../src/app/decode-limits.ts';
import type { RawBatch } from '../../../src/core/records.ts';
import type * as decodeBatchModule from '../../../src/ingest/decode-batch.ts';
import type * as formatRegistryModule from '../../../src/ingest/formats/format-registry.ts';
import type * as kafkaStreamModule from '../../../src/ingest/kafka/kafka-record-stream.ts';
import type { StreamHandler } from '../../../src/ingest/record-stream.ts';
import type * as createStateModule from '../../../src/pipeline/create-state.ts';
import type { PipelineInput } from '../../../src/pipeline/inputs.ts';
import type * as stepModule from '../../../src/pipeline/step.ts';
import { builtModule } from '../../support/built-module.ts';
import { ingestSpec } from './ingest-fleet.ts';
import type { IngestFigures, IngestJob } from './ingest-job.ts';
import { formatChoice } from './ingest-writers.ts';
import { MeasuredRun } from './measured-run.ts';

const SOURCE = 'bench';

/** From Kafka to closed vectors through the built program's own stream, format and pipeline, without store and model. */
export async function throughStrayd({
  brokers,
  topic,
  registryUrl,
}: Omit<IngestJob, 'kind'>): Promise<IngestFigures> {
  const { KafkaRecordStream } = await builtModule<typeof kafkaStreamModule>(
    'ingest/kafka/kafka-record-stream.js',
  );
  const { batchSlices } = await builtModule<typeof batchSlicesModule>('app/batch-slices.js');
  const { decodeLimits } = await builtModule<typeof decodeLimitsModule>('app/decode-limits.js');
  const { decodeBatch } = await builtModule<typeof decodeBatchModule>('ingest/decode-batch.js');
  const { sampleFormat } = await builtModule<typeof formatRegistryModule>(
    'ingest/formats/format-registry.js',
  );
  const { createState } = await builtModule<typeof createStateModule>('pipeline/create-state.js');
  const { step } = await builtModule<typeof stepModule>('pipeline/step.js');

  const spec = ingestSpec();
  const limits = decodeLimits(DEFAULT_LIMITS);
  const state = createState({
    detectors: [spec],
    restored: { marks: [], entities: [], activations: [], budgetRefits: [], exclusions: [] },
    models: [],
    nextRefitMs: () => Infinity,
    maxAlertAgeMs: 3_600_000,
  });
  const format = sampleFormat(formatChoice(topic.format, registryUrl));
  const failed = (error: unknown): void => {
    queueMicrotask(() => {
      throw error;
    });
  };
  const stream = new KafkaRecordStream({
    connection: { brokers, clientId: 'bench', tls: null, sasl: null },
    groupId: `${topic.topic}-strayd-${process.pid}`,
    sources: [{ name: SOURCE, topics: [topic.topic], alignWithinMs: spec.allowedLatenessMs / 2 }],
    idleAfterMs: 500,
    nowMs: () => performance.now(),
    log: () => undefined,
    onFailure: failed,
  });
  const run = new MeasuredRun(topic.samples);
  const take = (input: PipelineInput): void => {
    const { steps, counts, deadLetters } = step(state, [input]);
    if (deadLetters.length > 0) throw new Error(`a dead letter: ${deadLetters[0]?.detail}`);
    let samples = 0;
    for (const { samples: seen } of counts) {
      const { accepted = 0, ...others } = seen as Record<string, number>;
      if (Object.keys(others).length > 0) throw new Error(`not all are taken: ${JSON.stringify(others)}`);
      samples += accepted;
    }
    run.add(samples, steps.length);
  };
  const handler: StreamHandler = {
    assigned: (partition) => {
      take({ kind: 'assigned', partition, nextOffset: null });
      return null;
    },
    lastRead: () => null,
    revoked: () => undefined,
    batch: async (batch: RawBatch) => {
      await format.prepare?.(
        batch.records.map(({ value }) => value),
        { signal: new AbortController().signal, trouble: (why) => failed(why) },
      );
      for (const part of batchSlices(batch)) {
        take({ kind: 'records', slice: decodeBatch(part, format, limits) });
      }
    },
    idle: (partition, idle) => take({ kind: 'idle', partition, idle }),
    offsetLost: () => failed(new Error('the topic lost records')),
    replaced: () => failed(new Error('the topic was made anew')),
    trouble: (message) => {
      if (message !== null) failed(new Error(message));
    },
  };
  await stream.start(handler);
  await run.ended;
  return run.figures;
}
