import { epochMs } from './epoch-time.ts';
import {
  DELTA,
  NO_RECORDED_VALUE,
  type OtlpAttribute,
  type OtlpKind,
  type OtlpMetric,
  type OtlpPoint,
  type OtlpResource,
} from './otlp-model.ts';
import { readMessage, readerOf, WIRE, type ProtobufReader } from './protobuf-reader.ts';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
type Field = (number: number, wire: number) => boolean;

/* A message whose length comes first. */
const inner = (reader: ProtobufReader, field: Field): void => readMessage(reader, reader.uint32(), field);

const nanosToMs = (nanos: number): number => (nanos === 0 ? NaN : epochMs(nanos, 'ns'));

/* AnyValue: string = 1, bool = 2, int = 3, double = 4. */
const readAnyValue = (reader: ProtobufReader): string | null => {
  let text: string | null = null;
  inner(reader, (number, wire) => {
    if (number === 1 && wire === WIRE.bytes) text = reader.string();
    else if (number === 2 && wire === WIRE.varint) text = String(reader.bool());
    else if (number === 3 && wire === WIRE.varint) text = String(Number(reader.int64()));
    else if (number === 4 && wire === WIRE.fixed64) text = String(reader.double());
    else return false;
    return true;
  });
  return text;
};

const readAttribute = (reader: ProtobufReader): OtlpAttribute => {
  let key = '';
  let value: string | null = null;
  inner(reader, (number, wire) => {
    if (wire !== WIRE.bytes || number > 2) return false;
    if (number === 1) key = reader.string();
    else value = readAnyValue(reader);
    return true;
  });
  return [key, value];
};

/* fixed64 or double values, packed or one by one. */
const readRepeated = (wire: number, reader: ProtobufReader, value: () => number): number[] => {
  if (wire === WIRE.fixed64) return [value()];
  const bytes = reader.uint32();
  if (bytes % 8 !== 0 || reader.pos + bytes > reader.len)
    throw new RangeError('packed values run over the end');
  return Array.from({ length: bytes / 8 }, value);
};

const readQuantile = (reader: ProtobufReader): { quantile: number; value: number } => {
  const at = { quantile: 0, value: 0 };
  inner(reader, (number, wire) => {
    if (wire !== WIRE.fixed64 || number > 2) return false;
    if (number === 1) at.quantile = reader.double();
    else at.value = reader.double();
    return true;
  });
  return at;
};

/* Where each kind of point keeps what all have, by field number. */
const ATTRIBUTES: Readonly<Record<OtlpKind, number>> = {
  gauge: 7,
  sum: 7,
  histogram: 9,
  exponentialHistogram: 1,
  summary: 7,
};
const FLAGS: Readonly<Record<OtlpKind, number>> = {
  gauge: 8,
  sum: 8,
  histogram: 10,
  exponentialHistogram: 10,
  summary: 8,
};

const readPoint = (reader: ProtobufReader, kind: OtlpKind): OtlpPoint => {
  const attributes: OtlpAttribute[] = [];
  const point: Writable<OtlpPoint> = { attributes, startMs: NaN, timeMs: NaN, isStale: false };
  const isNumber = kind === 'gauge' || kind === 'sum';
  const fixed = (): number => Number(reader.fixed64());
  inner(reader, (number, wire) => {
    if (number === ATTRIBUTES[kind] && wire === WIRE.bytes) attributes.push(readAttribute(reader));
    else if (number === FLAGS[kind] && wire === WIRE.varint) {
      point.isStale = (reader.uint32() & NO_RECORDED_VALUE) !== 0;
    } else if (number === 2 && wire === WIRE.fixed64) point.startMs = nanosToMs(fixed());
    else if (number === 3 && wire === WIRE.fixed64) point.timeMs = nanosToMs(fixed());
    else if (isNumber && number === 4 && wire === WIRE.fixed64) point.value = reader.double();
    else if (isNumber && number === 6 && wire === WIRE.fixed64) point.value = Number(reader.sfixed64());
    else if (!isNumber && number === 4 && wire === WIRE.fixed64) point.count = fixed();
    else if (!isNumber && number === 5 && wire === WIRE.fixed64) point.sum = reader.double();
    else if (kind === 'histogram' && number === 6 && (wire === WIRE.bytes || wire === WIRE.fixed64)) {
      point.bucketCounts = [...(point.bucketCounts ?? []), ...readRepeated(wire, reader, fixed)];
    } else if (kind === 'histogram' && number === 7 && (wire === WIRE.bytes || wire === WIRE.fixed64)) {
      point.bounds = [...(point.bounds ?? []), ...readRepeated(wire, reader, () => reader.double())];
    } else if (kind === 'summary' && number === 6 && wire === WIRE.bytes) {
      point.quantiles = [...(point.quantiles ?? []), readQuantile(reader)];
    } else return false;
    return true;
  });
  return point;
};

const KINDS: ReadonlyMap<number, OtlpKind> = new Map([
  [5, 'gauge'],
  [7, 'sum'],
  [9, 'histogram'],
  [10, 'exponentialHistogram'],
  [11, 'summary'],
]);

const readMetric = (reader: ProtobufReader): OtlpMetric | null => {
  let name = '';
  let kind: OtlpKind | null = null;
  let isDelta = false;
  const points: OtlpPoint[] = [];
  const readData = (of: OtlpKind): void =>
    inner(reader, (number, wire) => {
      if (number === 1 && wire === WIRE.bytes) points.push(readPoint(reader, of));
      else if (number === 2 && wire === WIRE.varint) isDelta = reader.uint32() === DELTA;
      else return false;
      return true;
    });
  inner(reader, (number, wire) => {
    if (wire !== WIRE.bytes) return false;
    const found = KINDS.get(number);
    if (number === 1) name = reader.string();
    else if (found === undefined) return false;
    else {
      kind = found;
      readData(found);
    }
    return true;
  });
  return kind === null ? null : { name, kind, isDelta, points };
};

const readResource = (reader: ProtobufReader): OtlpResource => {
  const attributes: OtlpAttribute[] = [];
  const metrics: OtlpMetric[] = [];
  inner(reader, (number, wire) => {
    if (wire !== WIRE.bytes || number > 2) return false;
    inner(reader, (innerNumber, innerWire) => {
      if (innerWire !== WIRE.bytes) return false;
      if (number === 1 && innerNumber === 1) attributes.push(readAttribute(reader));
      else if (number === 2 && innerNumber === 2) {
        const metric = readMetric(reader);
        if (metric !== null) metrics.push(metric);
      } else return false;
      return true;
    });
    return true;
  });
  return { attributes, metrics };
};

/**
 * Reads a MetricsData or ExportMetricsServiceRequest message. Throws on broken ones.
 * Source: https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto
 */
export function readOtlpProtobuf(bytes: Uint8Array): readonly OtlpResource[] {
  const resources: OtlpResource[] = [];
  const reader = readerOf(bytes);
  readMessage(reader, bytes.length, (number, wire) => {
    if (number !== 1 || wire !== WIRE.bytes) return false;
    resources.push(readResource(reader));
    return true;
  });
  return resources;
}
