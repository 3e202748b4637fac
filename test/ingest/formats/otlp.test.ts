import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import { describe, expect, test } from 'vitest';
import { otlp } from '../../../src/ingest/formats/otlp.ts';
import { finiteNumber, formatContract, testLimits } from './format-contract.ts';

type Serializer = typeof JsonMetricsSerializer;
type Time = [seconds: number, nanos: number];

const hrTime = (timeMs: number): Time => [Math.floor(timeMs / 1000), (timeMs % 1000) * 1e6];
const descriptor = (name: string) => ({ name, description: '', unit: 's', valueType: 1, type: 'GAUGE' });
const scope = { name: 'test' };

const written = (serializer: Serializer, metrics: readonly MetricData[], attributes = {}): Uint8Array =>
  serializer.serializeRequest({
    resource: resourceFromAttributes(attributes),
    scopeMetrics: [{ scope, metrics: [...metrics] }],
  }) ?? new Uint8Array();

const point = <T>(value: T, attributes = {}, timeMs = 60_000) => ({
  startTime: hrTime(timeMs - 10_000),
  endTime: hrTime(timeMs),
  attributes,
  value,
});

const gauge = (name: string, value: number, attributes = {}): MetricData =>
  ({
    descriptor: descriptor(name),
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.GAUGE,
    dataPoints: [point(value, attributes)],
  }) as unknown as MetricData;

const sum = (name: string, value: number, aggregationTemporality: AggregationTemporality): MetricData =>
  ({
    descriptor: descriptor(name),
    aggregationTemporality,
    isMonotonic: true,
    dataPointType: DataPointType.SUM,
    dataPoints: [point(value)],
  }) as unknown as MetricData;

const histogram = (aggregationTemporality: AggregationTemporality): MetricData =>
  ({
    descriptor: descriptor('http.latency'),
    aggregationTemporality,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: [
      point(
        { buckets: { boundaries: [0.1, 1], counts: [2, 3, 5] }, count: 10, sum: 12.5, min: 0, max: 4 },
        { route: '/a' },
      ),
    ],
  }) as unknown as MetricData;

const format = otlp();
const read = (bytes: Uint8Array) => format.decode(bytes, testLimits);
const short = (bytes: Uint8Array) =>
  read(bytes).samples.map(({ metric, labels, value }) => [metric, labels['le'] ?? '', value]);

describe.each([
  ['protobuf', ProtobufMetricsSerializer],
  ['JSON', JsonMetricsSerializer],
] as const)('%s', (_name, serializer) => {
  formatContract({
    format,
    timeUnitMs: 1,
    // JSON.stringify makes null of NaN; protobuf has all of them, but one contract is enough for both.
    value: finiteNumber,
    encode: ({ metric, labels, timeMs, value }) => {
      const data = gauge(metric, value, labels) as unknown as { dataPoints: unknown[] };
      data.dataPoints = [point(value, labels, timeMs)];
      return written(serializer, [data as unknown as MetricData]);
    },
    broken: [
      { what: 'an empty value', reason: 'no_samples', bytes: Buffer.alloc(0) },
      { what: 'a request without metrics', reason: 'no_samples', bytes: written(serializer, []) },
      { what: 'other JSON', reason: 'bad_encoding', bytes: Buffer.from('{"resourceSpans":[]}') },
      { what: 'a text', reason: 'bad_encoding', bytes: Buffer.from('hello') },
      { what: 'a metric without a name', reason: 'bad_name', bytes: written(serializer, [gauge('', 1)]) },
      {
        what: 'an attribute too long',
        reason: 'too_long_label',
        bytes: written(serializer, [gauge('up', 1, { a: 'x'.repeat(201) })]),
      },
    ],
  });

  test('labels are the attributes of resource and point, the point’s first, with names as Prometheus has them', () => {
    const bytes = written(
      serializer,
      [gauge('system.cpu.load', 0.5, { 'cpu.mode': 'user', n: 3, b: true })],
      {
        'host.name': 'db-3',
        'cpu.mode': 'all',
        list: ['a', 'b'],
      },
    );
    expect(read(bytes).samples).toEqual([
      {
        metric: 'system_cpu_load',
        labels: { host_name: 'db-3', cpu_mode: 'user', n: '3', b: 'true' },
        timeMs: 60_000,
        value: 0.5,
      },
    ]);
  });

  test('a cumulative sum stays a counter, a delta becomes a rate per second over its span', () => {
    const metrics = [
      sum('total', 50, AggregationTemporality.CUMULATIVE),
      sum('delta', 50, AggregationTemporality.DELTA),
    ];
    expect(short(written(serializer, metrics))).toEqual([
      ['total', '', 50],
      ['delta', '', 5],
    ]);
  });

  test('a histogram is count, sum and cumulated buckets', () => {
    expect(short(written(serializer, [histogram(AggregationTemporality.CUMULATIVE)]))).toEqual([
      ['http_latency_count', '', 10],
      ['http_latency_sum', '', 12.5],
      ['http_latency_bucket', '0.1', 2],
      ['http_latency_bucket', '1', 5],
      ['http_latency_bucket', '+Inf', 10],
    ]);
    const deltas = read(written(serializer, [histogram(AggregationTemporality.DELTA)])).samples;
    expect(deltas.map(({ labels, value, increase }) => [labels['le'], value, increase])).toEqual([
      [undefined, 1, 10],
      [undefined, 1.25, 12.5],
      ['0.1', 0.2, 2],
      ['1', 0.5, 5],
      ['+Inf', 1, 10],
    ]);
  });
});

test('reads names of enums, texts for numbers and a summary, as the specification allows in JSON', () => {
  const body = {
    resourceMetrics: [
      {
        scopeMetrics: [
          {
            metrics: [
              {
                name: 'd',
                sum: {
                  aggregationTemporality: 'AGGREGATION_TEMPORALITY_DELTA',
                  dataPoints: [{ asInt: '40', startTimeUnixNano: '1000000000', timeUnixNano: '3000000000' }],
                },
              },
              {
                name: 's',
                summary: {
                  dataPoints: [
                    {
                      timeUnixNano: '1000000',
                      count: '4',
                      sum: 8,
                      quantileValues: [{ quantile: 0.5, value: 2 }],
                    },
                  ],
                },
              },
              { name: 'n', gauge: { dataPoints: [{ asDouble: 'NaN', timeUnixNano: '1000000' }] } },
            ],
          },
        ],
      },
    ],
  };
  const { samples } = read(Buffer.from(JSON.stringify(body)));
  expect(samples.map(({ metric, labels, value }) => [metric, labels, value])).toEqual([
    ['d', {}, 20],
    ['s_count', {}, 4],
    ['s_sum', {}, 8],
    ['s', { quantile: '0.5' }, 2],
    ['n', {}, NaN],
  ]);
});

test('does not take a message for JSON because its length, 123, is an opening brace', () => {
  const read123 = Array.from({ length: 123 }, (_, length) =>
    written(ProtobufMetricsSerializer, [gauge('up', 1, { a: 'x'.repeat(length + 1) })]),
  ).find((bytes) => bytes[1] === 0x7b);
  expect(read(read123 ?? new Uint8Array()).samples).toHaveLength(1);
});

test('says that a point without a time can not be used', () => {
  const body = {
    resourceMetrics: [
      { scopeMetrics: [{ metrics: [{ name: 'x', gauge: { dataPoints: [{ asInt: 1 }] } }] }] },
    ],
  };
  expect(read(Buffer.from(JSON.stringify(body))).rejects[0]?.reason).toBe('bad_time');
});
