import type { KafkaConnection } from '../../config/pipeline-config.ts';
import { sampleFormat, type FormatChoice } from '../../ingest/formats/format-registry.ts';
import { firstTrouble } from '../../ingest/formats/first-trouble.ts';
import { recogniseAvro } from '../../ingest/formats/recognise-avro.ts';
import { recogniseFormat, type RecognisedFormat } from '../../ingest/formats/recognise-format.ts';
import { readStretches, type PartitionLog } from '../../ingest/kafka/read-stretches.ts';
import type { RawRecord } from '../../core/records.ts';
import type { DecodeLimits } from '../../ingest/formats/sample-format.ts';
import type { SchemaRegistryOptions } from '../../ingest/schema-registry.ts';
import { DEFAULT_LIMITS, type Limits } from '../../core/limits.ts';
import { decodeLimits } from '../decode-limits.ts';
import { SeriesCensus, type SeenSeries } from './series-census.ts';

/** What a topic holds, as far as a bounded sample of several times shows. */
export interface TopicDiscovery {
  readonly topic: string;
  readonly partitions: readonly PartitionLog[];
  /** Topics there are, if this one is not. */
  readonly allTopics: readonly string[];
  readonly lookedAtMs: number;
  /** Times of the oldest and newest record sampled, ms; infinite without any. */
  readonly oldestMs: number;
  readonly newestMs: number;
  /** Records and bytes sampled. */
  readonly records: number;
  readonly bytes: number;
  readonly format: RecognisedFormat;
  /** What its format could not get, such as a schema; `null`: nothing was missing. */
  readonly trouble: string | null;
  readonly samples: number;
  readonly series: readonly SeenSeries[];
}

/** What to look at. */
export interface DiscoveryRequest {
  readonly connection: KafkaConnection;
  readonly topic: string;
  /** What its records are, if that is known; else it is found out. */
  readonly format?: FormatChoice;
  /** Where the schemas of Avro are; absent: Avro can only be told, not read. */
  readonly registry?: SchemaRegistryOptions;
  /** Absent: those of a configuration that names none. */
  readonly limits?: Limits;
}

const OLDER_STRETCHES = 3;
const NEWEST_RECORDS = 60_000;
const OLDER_RECORDS = 8_000;
const MOST_BYTES = 64 * 2 ** 20;
const TIMEOUT_MS = 30_000;
/** Records that the formats are tried on. */
const TRIED = 200;

interface Stretch {
  readonly records: RawRecord[];
  bytes: number;
}

/** Samples a topic, recognises its format and counts its series. Rejects if the brokers can't be reached. */
export async function discoverTopic({
  connection,
  topic,
  format,
  registry,
  limits = DEFAULT_LIMITS,
}: DiscoveryRequest): Promise<TopicDiscovery> {
  const stretches = Array.from({ length: OLDER_STRETCHES + 1 }, (): Stretch => ({ records: [], bytes: 0 }));
  const { partitions, allTopics } = await readStretches({
    connection,
    groupId: connection.groupId,
    topics: [topic],
    older: OLDER_STRETCHES,
    records: (count) => ({
      newest: Math.ceil(NEWEST_RECORDS / count),
      perOlder: Math.ceil(OLDER_RECORDS / count),
    }),
    timeoutMs: TIMEOUT_MS,
    isEnough: (stretch) => (stretches[stretch]?.bytes ?? 0) > bytesFor(stretch),
    take: ({ records }, stretch) => {
      const own = stretches[stretch];
      for (const record of records) {
        own?.records.push(record);
        if (own !== undefined) own.bytes += record.value?.byteLength ?? 0;
      }
    },
    log: () => undefined,
  });
  const times = stretches.flatMap(({ records }) => records.map(({ timeMs }) => timeMs));
  return {
    topic,
    partitions,
    allTopics,
    lookedAtMs: Date.now(),
    oldestMs: times.reduce((least, timeMs) => Math.min(least, timeMs), Infinity),
    newestMs: times.reduce((most, timeMs) => Math.max(most, timeMs), -Infinity),
    records: times.length,
    bytes: stretches.reduce((sum, { bytes }) => sum + bytes, 0),
    ...(await countSeries(stretches, {
      ...(format !== undefined && { format }),
      ...(registry !== undefined && { registry }),
      limits: decodeLimits(limits),
    })),
  };
}

const bytesFor = (stretch: number): number =>
  stretch === OLDER_STRETCHES ? MOST_BYTES / 2 : MOST_BYTES / 2 / OLDER_STRETCHES;

async function countSeries(
  stretches: readonly Stretch[],
  {
    format: known,
    registry,
    limits,
  }: Pick<DiscoveryRequest, 'format' | 'registry'> & { limits: DecodeLimits },
): Promise<Pick<TopicDiscovery, 'format' | 'trouble' | 'samples' | 'series'>> {
  const values = stretches.flatMap(({ records }) =>
    records.flatMap(({ value }) => (value === null ? [] : [value])),
  );
  const { format, trouble } =
    known === undefined
      ? await recognise(values, registry, limits)
      : { format: { choice: known, records: values.length, trials: [], avroSchemas: [] }, trouble: null };
  const census = new SeriesCensus();
  if (format.choice === null) return { format, trouble, samples: 0, series: [] };
  const decoder = sampleFormat(format.choice);
  // What the format can't get at the first attempt (a schema) counts as not there.
  const missing = await firstTrouble((wait) => decoder.prepare?.(values, wait));
  stretches.forEach(({ records }, stretch) => {
    for (const { value } of records) {
      if (value === null) continue;
      for (const sample of decoder.decode(value, limits).samples) census.add(sample, stretch);
    }
  });
  return { format, trouble: missing, samples: census.samples, series: census.series() };
}

async function recognise(
  values: readonly Uint8Array[],
  registry: SchemaRegistryOptions | undefined,
  limits: DecodeLimits,
): Promise<Pick<TopicDiscovery, 'format' | 'trouble'>> {
  const every = Math.max(1, Math.floor(values.length / TRIED));
  const tried = values.filter((_, index) => index % every === 0);
  const format = recogniseFormat(tried, limits);
  return format.avroSchemas.length === 0 || registry === undefined
    ? { format, trouble: null }
    : recogniseAvro(format, tried, { registry, limits });
}
