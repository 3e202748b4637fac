import { isUtf8 } from 'node:buffer';
import { labelsOf, metricProblem } from './label-rules.ts';
import { readOtlpJson } from './otlp-json.ts';
import type { OtlpAttribute, OtlpMetric, OtlpPoint, OtlpResource } from './otlp-model.ts';
import { readOtlpProtobuf } from './otlp-protobuf.ts';
import { otlpNumbers } from './otlp-samples.ts';
import { parseJson } from './parse-json.ts';
import { prometheusName } from './prometheus-name.ts';
import { endReading, isEmptyReading, startReading, type Reading } from './reading.ts';
import { reject, rejectWhole } from './rejecting.ts';
import type { SampleFormat } from './sample-format.ts';

const OPEN_BRACE = 0x7b;
const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/* Protobuf begins with 0x0a, which JSON takes for a line's end: a brace after it tells, most of the time. */
const looksLikeJson = (bytes: Uint8Array): boolean => bytes.find((byte) => !SPACES.has(byte)) === OPEN_BRACE;

const pairsOf = (attributes: readonly OtlpAttribute[]): (readonly [string, string])[] =>
  attributes.flatMap(([key, value]) => (value === null ? [] : [[prometheusName(key), value] as const]));

const takePoint = (
  point: OtlpPoint,
  of: { readonly metric: OtlpMetric; readonly resource: readonly (readonly [string, string])[] },
  into: Reading,
): void => {
  const { metric, resource } = of;
  if (!(point.timeMs >= 0)) {
    into.rejects.push(reject('bad_time', `${metric.name}: a point has no time_unix_nano`));
    return;
  }
  const name = prometheusName(metric.name);
  const labels = labelsOf([...resource, ...pairsOf(point.attributes)], into.limits);
  const problem = metricProblem(name, into.limits) ?? ('problem' in labels ? labels.problem : null);
  if (problem !== null || 'problem' in labels) {
    if (problem !== null) into.rejects.push(problem);
    return;
  }
  const before = into.samples.length;
  const { timeMs } = point;
  for (const { suffix, label, value } of otlpNumbers(metric, point)) {
    const own = label === null ? labels.labels : { ...labels.labels, [label[0]]: label[1] };
    into.samples.push({ metric: name + suffix, labels: own, timeMs, value: point.isStale ? NaN : value });
  }
  if (into.samples.length === before) into.skipped += 1;
};

const takeResource = ({ attributes, metrics }: OtlpResource, into: Reading): void => {
  const resource = pairsOf(attributes);
  for (const metric of metrics)
    for (const point of metric.points) takePoint(point, { metric, resource }, into);
};

const resourcesOf = (bytes: Uint8Array): readonly OtlpResource[] | null => {
  // A message of 123 bytes begins like JSON too: what does not parse as JSON may still be one.
  const parsed = looksLikeJson(bytes) && isUtf8(bytes) ? parseJson(bytes) : undefined;
  if (parsed !== undefined) return readOtlpJson(parsed);
  try {
    return readOtlpProtobuf(bytes);
  } catch {
    return null;
  }
};

/**
 * OpenTelemetry metrics as the Collector's Kafka exporter writes them, protobuf (`otlp_proto`) or JSON (`otlp_json`). Names become
 * Prometheus' (`system.cpu.time` → `system_cpu_time`); attributes of the resource and of the point are labels, the point's go first.
 */
export const otlp: SampleFormat = {
  name: 'otlp',
  decode(bytes, limits) {
    const resources = resourcesOf(bytes);
    if (resources === null) {
      return rejectWhole('bad_encoding', 'OTLP metrics (protobuf or JSON) are expected, seen: other bytes');
    }
    const reading = startReading(limits);
    for (const resource of resources) takeResource(resource, reading);
    if (!isEmptyReading(reading)) return endReading(reading);
    return rejectWhole('no_samples', 'OTLP metrics with at least one data point are expected, seen: none');
  },
};
