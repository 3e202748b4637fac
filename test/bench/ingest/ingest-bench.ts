import { Kafka, logLevel } from 'kafkajs';
import { fakeRegistry } from '../../support/fake-registry.ts';
import { startKafkaBroker } from '../../support/kafka-broker.ts';
import { benchLine } from '../bench-line.ts';
import type { BenchLine, BenchOptions } from '../bench-line.ts';
import { METRICS, type IngestFleet } from './ingest-fleet.ts';
import { runJob, samplesPerCpuSecond, type IngestFigures, type IngestJob } from './ingest-job.ts';
import { dropTopic, fillTopic, type IngestTopic } from './ingest-topic.ts';
import { AVRO_ID, AVRO_SCHEMA, INGEST_WRITERS, type IngestFormat } from './ingest-writers.ts';

type Kind = IngestJob['kind'];

/** What each format is held against in the same run. */
const BASELINES: Readonly<Record<IngestFormat, { readonly kind: Kind; readonly name: string }>> = {
  prometheus_json: { kind: 'parsed', name: 'kafkajs and JSON.parse alone' },
  remote_write: { kind: 'protobufjs', name: 'protobufjs decoding alone' },
  otlp: { kind: 'kafkajs', name: 'kafkajs alone' },
  influx: { kind: 'kafkajs', name: 'kafkajs alone' },
  json: { kind: 'parsed', name: 'kafkajs and JSON.parse alone' },
  avro: { kind: 'kafkajs', name: 'kafkajs alone' },
};

/** Least ratio to the baseline that the project promises. */
const PROMISED: Partial<Record<IngestFormat, number>> = { prometheus_json: 0.6, remote_write: 0.5 };
const PROMISED_BYTES_PER_SERIES = 4096;

const FLEETS: Readonly<Record<'whole' | 'short', IngestFleet>> = {
  whole: { entities: 1000, steps: 60 },
  short: { entities: 100, steps: 20 },
};
/* A request of many series costs little a sample, so that it takes more of them. */
const REMOTE_WRITE_FACTOR = 4;
/** So many steps that every host's rows are full. */
const MEMORY_FLEET: IngestFleet = { entities: 10_000, steps: 72 };
const REPEATS = 3;
const SHORT_FORMATS: readonly string[] = ['prometheus_json', 'remote_write'];

/**
 * Samples a second of one core for each format, from Kafka to closed vectors, beside what can't be done without; and the
 * memory that a live series takes.
 */
export async function ingestBench({ print, rows, short }: BenchOptions): Promise<BenchLine[]> {
  const given = process.env['KAFKA_BROKERS'];
  const broker = given === undefined ? await startKafkaBroker() : null;
  const registry = await fakeRegistry({
    [`/schemas/ids/${AVRO_ID}`]: { schema: JSON.stringify(AVRO_SCHEMA) },
  });
  try {
    const brokers = broker?.brokers ?? given?.split(',') ?? [];
    const at = { brokers, registryUrl: registry.url };
    const wanted = rows ?? (short ? SHORT_FORMATS : [...Object.keys(INGEST_WRITERS), 'memory']);
    const lines: BenchLine[] = [];
    print('samples a second of one core (CPU time of the process), from Kafka to closed vectors:');
    for (const format of (Object.keys(INGEST_WRITERS) as IngestFormat[]).filter((one) =>
      wanted.includes(one),
    ))
      lines.push(await measureFormat(format, at, { print, short }));
    if (wanted.includes('memory')) lines.push(await measureMemory(at, print));
    return lines;
  } finally {
    await registry.close();
    await broker?.remove();
  }
}

interface Place {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
}

async function withTopic<T>(
  { brokers }: Place,
  of: { readonly format: IngestFormat; readonly fleet: IngestFleet },
  work: (topic: IngestTopic) => Promise<T>,
): Promise<T> {
  const client = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const topic = await fillTopic(client, of.format, of.fleet);
  try {
    return await work(topic);
  } finally {
    await dropTopic(client, topic);
  }
}

/* Turn by turn, so that whatever else the machine does meets both alike. */
async function measureFormat(
  format: IngestFormat,
  place: Place,
  { print, short }: Pick<BenchOptions, 'print' | 'short'>,
): Promise<BenchLine> {
  const { entities, steps } = FLEETS[short ? 'short' : 'whole'];
  const fleet = {
    entities,
    steps: format === 'remote_write' && !short ? steps * REMOTE_WRITE_FACTOR : steps,
  };
  const baseline = BASELINES[format];
  return withTopic(place, { format, fleet }, async (topic) => {
    const strayd: IngestFigures[] = [];
    const others: IngestFigures[] = [];
    for (let repeat = 0; repeat < (short ? 1 : REPEATS); repeat++) {
      others.push(await runJob({ kind: baseline.kind, topic, ...place }));
      strayd.push(await runJob({ kind: 'strayd', topic, ...place }));
    }
    const line = benchLine({
      bench: 'ingest',
      case: format,
      value: median(strayd.map(samplesPerCpuSecond)),
      unit: 'samples/s',
      baseline: baseline.name,
      baseline_value: median(others.map(samplesPerCpuSecond)),
    });
    print(formatText(line, { strayd, topic, promised: PROMISED[format] ?? null }));
    return line;
  });
}

async function measureMemory(place: Place, print: BenchOptions['print']): Promise<BenchLine> {
  const format = 'remote_write';
  return withTopic(place, { format, fleet: MEMORY_FLEET }, async (topic) => {
    const { idleBytes, liveBytes, idleHeapBytes, liveHeapBytes } = await runJob({
      kind: 'strayd',
      topic,
      ...place,
    });
    const series = MEMORY_FLEET.entities * METRICS.length;
    const line = benchLine({
      bench: 'ingest',
      case: `memory a live series, ${series} series in ${MEMORY_FLEET.entities} entities`,
      value: (liveBytes - idleBytes) / series,
      unit: 'bytes above the idle process',
      baseline: 'promised at most',
      baseline_value: PROMISED_BYTES_PER_SERIES,
    });
    const heap = (liveHeapBytes - idleHeapBytes) / series;
    print(
      `memory: ${whole(line.value)} bytes a live series above the idle process (${series} series in ${MEMORY_FLEET.entities} entities, ` +
        `${MEMORY_FLEET.steps} steps; alive after a collection: ${whole(heap)}); promised: at most ${PROMISED_BYTES_PER_SERIES}`,
    );
    return line;
  });
}

function formatText(
  line: BenchLine,
  of: {
    readonly strayd: readonly IngestFigures[];
    readonly topic: IngestTopic;
    readonly promised: number | null;
  },
): string {
  const { strayd, topic, promised } = of;
  const each = Math.round(topic.bytes / topic.samples);
  const wall = median(strayd.map(({ samples, wallMs }) => (1000 * samples) / wallMs));
  const promise = promised === null ? '' : `; promised: at least ${promised.toFixed(2)}`;
  return (
    `  ${line.case.padEnd(16)} ${whole(line.value)}/s (by the clock ${whole(wall)}/s; ${topic.samples} samples, ${each} bytes each); ` +
    `${line.baseline}: ${whole(line.baseline_value)}/s; ratio ${line.ratio?.toFixed(2)}${promise}`
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

const whole = (value: number | null): string => (value === null ? '-' : value.toFixed(0));
