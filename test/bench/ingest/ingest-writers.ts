import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import avsc from 'avsc';
import snappy from 'snappyjs';
import type { FormatChoice } from '../../../src/ingest/formats/format-registry.ts';
import type { RecordMapping } from '../../../src/ingest/formats/mapped-records.ts';
import { writeRequestType } from '../../ingest/formats/written-requests.ts';
import { MEASUREMENT, METRICS, type Scrape } from './ingest-fleet.ts';

/** The formats by the names that the bench has for them. */
export type IngestFormat = FormatChoice['format'];

/** Writes records of one format as its usual sender does. */
export interface IngestWriter {
  /** Scrapes that one record holds, if there are that many left. */
  readonly scrapesPerRecord: number;
  /** Of consecutive scrapes of one record; several records if the sender writes one a sample. */
  readonly write: (scrapes: readonly Scrape[]) => Uint8Array[];
}

const metricName = (field: string): string => `${MEASUREMENT}_${field}`;
const valueAt = ({ values }: Scrape, index: number): number => values[index] ?? NaN;
const jsonBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/* prometheus-kafka-adapter: Go's encoder sorts the keys of the labels, and repeats the name among them. */
const writePrometheusJson = (scrape: Scrape): Uint8Array[] =>
  METRICS.map((field, index) => {
    const name = metricName(field);
    const { env, instance, job, region, role } = scrape.labels;
    const labels = { __name__: name, env, instance, job, region, role };
    const timestamp = `${new Date(scrape.timeMs).toISOString().slice(0, 19)}Z`;
    return jsonBytes({ labels, name, timestamp, value: String(valueAt(scrape, index)) });
  });

const writeRemoteWrite = (scrapes: readonly Scrape[]): Uint8Array => {
  const timeseries = scrapes.flatMap((scrape) =>
    METRICS.map((field, index) => ({
      labels: Object.entries({ __name__: metricName(field), ...scrape.labels }).map(([name, value]) => ({
        name,
        value,
      })),
      samples: [{ value: valueAt(scrape, index), timestamp: scrape.timeMs }],
    })),
  );
  return writeRequestType.encode({ timeseries }).finish();
};

const writeOtlp = ({ labels, timeMs, values }: Scrape): Uint8Array => {
  const time = [Math.floor(timeMs / 1000), (timeMs % 1000) * 1_000_000];
  const metrics = METRICS.map((field, index) => ({
    descriptor: { name: `${MEASUREMENT}.${field}`, description: '', unit: '', valueType: 1, type: 'GAUGE' },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.GAUGE,
    dataPoints: [{ startTime: time, endTime: time, attributes: {}, value: values[index] }],
  })) as unknown as MetricData[];
  const scopeMetrics = [{ scope: { name: 'bench' }, metrics }];
  const request = { resource: resourceFromAttributes({ ...labels }), scopeMetrics };
  return ProtobufMetricsSerializer.serializeRequest(request) ?? new Uint8Array();
};

const writeInflux = (scrape: Scrape): Uint8Array => {
  const tags = Object.entries(scrape.labels).map(([name, value]) => `,${name}=${value}`);
  const fields = METRICS.map((field, index) => `${field}=${valueAt(scrape, index)}`);
  return Buffer.from(`${MEASUREMENT}${tags.join('')} ${fields.join()} ${scrape.timeMs}000000\n`);
};

const fieldsOf = ({ values }: Scrape): Record<string, number> =>
  Object.fromEntries(METRICS.map((field, index) => [field, values[index] ?? NaN]));

const writeJson = (scrape: Scrape): Uint8Array =>
  jsonBytes({
    fields: fieldsOf(scrape),
    name: MEASUREMENT,
    tags: scrape.labels,
    timestamp: scrape.timeMs,
  });

/** The schema that the bench's registry has under {@link AVRO_ID}. */
export const AVRO_SCHEMA = {
  type: 'record',
  name: 'Scrape',
  fields: [
    { name: 'name', type: 'string' },
    { name: 'timestamp', type: 'long' },
    { name: 'tags', type: { type: 'map', values: 'string' } },
    {
      name: 'fields',
      type: {
        type: 'record',
        name: 'Fields',
        fields: METRICS.map((field) => ({ name: field, type: 'double' })),
      },
    },
  ],
} as const;
export const AVRO_ID = 7;
const avroType = avsc.Type.forSchema(AVRO_SCHEMA as unknown as avsc.Schema);

/* Confluent's wire format. */
const writeAvro = (scrape: Scrape): Uint8Array => {
  const body = avroType.toBuffer({
    name: MEASUREMENT,
    timestamp: scrape.timeMs,
    tags: scrape.labels,
    fields: fieldsOf(scrape),
  });
  return Buffer.concat([Buffer.from([0, 0, 0, 0, AVRO_ID]), body]);
};

/** By format: one sample a record, 500 series a request, 50 hosts a request, or one host's scrape a record. */
export const INGEST_WRITERS: Readonly<Record<IngestFormat, IngestWriter>> = {
  prometheus_json: { scrapesPerRecord: 1, write: (scrapes) => scrapes.flatMap(writePrometheusJson) },
  remote_write: {
    scrapesPerRecord: 500 / METRICS.length,
    write: (scrapes) => [snappy.compress(writeRemoteWrite(scrapes))],
  },
  // Protobuf messages one after the other are one message with the repeated fields of all.
  otlp: { scrapesPerRecord: 50, write: (scrapes) => [Buffer.concat(scrapes.map(writeOtlp))] },
  influx: { scrapesPerRecord: 1, write: (scrapes) => scrapes.map(writeInflux) },
  json: { scrapesPerRecord: 1, write: (scrapes) => scrapes.map(writeJson) },
  avro: { scrapesPerRecord: 1, write: (scrapes) => scrapes.map(writeAvro) },
};

const mapping: RecordMapping = {
  records: null,
  time: 'timestamp',
  timeUnit: 'ms',
  name: 'name',
  labels: 'tags',
  values: ['fields'],
};

/** The format as a source is configured with it; `registryUrl` is where the schema of {@link AVRO_SCHEMA} is. */
export function formatChoice(format: IngestFormat, registryUrl: string): FormatChoice {
  if (format === 'json') return { format, json: mapping };
  if (format === 'avro')
    return { format, avro: mapping, registry: { url: registryUrl, authorization: null } };
  return { format };
}
