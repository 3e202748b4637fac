import { textTimeMs } from './epoch-time.ts';
import { isJsonObject } from './json-path.ts';
import { parseNumber } from './number-text.ts';
import {
  DELTA,
  NO_RECORDED_VALUE,
  type OtlpAttribute,
  type OtlpKind,
  type OtlpMetric,
  type OtlpPoint,
  type OtlpResource,
} from './otlp-model.ts';

type Json = Readonly<Record<string, unknown>>;

const objects = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);

/* proto3's JSON writes 64-bit integers, and what is not finite, as strings. */
const numberOf = (value: unknown): number | undefined => {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  if (value === 'Infinity' || value === '-Infinity') return Number(value);
  return parseNumber(value) ?? undefined;
};

const numbers = (value: unknown): readonly number[] =>
  Array.isArray(value) ? value.map((entry) => numberOf(entry) ?? NaN) : [];

const timeOf = (value: unknown): number => {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text !== '0' ? textTimeMs(text, 'ns') : NaN;
};

const attributesOf = (value: unknown): readonly OtlpAttribute[] =>
  objects(value).map(({ key, value: wrapped }) => {
    const scalar = isJsonObject(wrapped)
      ? (wrapped['stringValue'] ??
        wrapped['boolValue'] ??
        wrapped['intValue'] ??
        wrapped['doubleValue'] ??
        null)
      : null;
    const isText = typeof scalar === 'string' || typeof scalar === 'number' || typeof scalar === 'boolean';
    return [typeof key === 'string' ? key : '', isText ? String(scalar) : null];
  });

const pointOf = (point: Json): OtlpPoint => {
  const value = numberOf(point['asDouble']) ?? numberOf(point['asInt']);
  const [count, sum] = [numberOf(point['count']), numberOf(point['sum'])];
  const quantiles = objects(point['quantileValues']).map((entry) => ({
    quantile: numberOf(entry['quantile']) ?? 0,
    value: numberOf(entry['value']) ?? 0,
  }));
  return {
    attributes: attributesOf(point['attributes']),
    startMs: timeOf(point['startTimeUnixNano']),
    timeMs: timeOf(point['timeUnixNano']),
    isStale: ((numberOf(point['flags']) ?? 0) & NO_RECORDED_VALUE) !== 0,
    ...(value === undefined ? {} : { value }),
    ...(count === undefined ? {} : { count }),
    ...(sum === undefined ? {} : { sum }),
    bucketCounts: numbers(point['bucketCounts']),
    bounds: numbers(point['explicitBounds']),
    quantiles,
  };
};

const KINDS: readonly OtlpKind[] = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'];

const metricOf = (metric: Json): OtlpMetric | null => {
  const kind = KINDS.find((name) => isJsonObject(metric[name]));
  if (kind === undefined) return null;
  const data = metric[kind] as Json;
  const temporality = data['aggregationTemporality'];
  return {
    name: typeof metric['name'] === 'string' ? metric['name'] : '',
    kind,
    isDelta: temporality === DELTA || temporality === 'AGGREGATION_TEMPORALITY_DELTA',
    points: objects(data['dataPoints']).map(pointOf),
  };
};

/** Reads OTLP's JSON; `null` if it is no such thing. Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export function readOtlpJson(parsed: unknown): readonly OtlpResource[] | null {
  if (!isJsonObject(parsed) || !Array.isArray(parsed['resourceMetrics'])) return null;
  return objects(parsed['resourceMetrics']).map((resource) => ({
    attributes: isJsonObject(resource['resource']) ? attributesOf(resource['resource']['attributes']) : [],
    metrics: objects(resource['scopeMetrics']).flatMap((scope) =>
      objects(scope['metrics']).flatMap((metric) => metricOf(metric) ?? []),
    ),
  }));
}
