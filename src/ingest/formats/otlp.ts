import { isUtf8 } from 'node:buffer';
import { LabelMemo, withLabel, type LabelSet } from './label-memo.ts';
import { labelsOf } from './label-rules.ts';
import { MetricNames } from './metric-names.ts';
import { readOtlpJson } from './otlp-json.ts';
import type { OtlpAttribute, OtlpMetric, OtlpPoint, OtlpResource } from './otlp-model.ts';
import { readOtlpProtobuf } from './otlp-protobuf.ts';
import { otlpNumbers, type OtlpNumber } from './otlp-samples.ts';
import { parseJson } from './parse-json.ts';
import { prometheusName } from './prometheus-name.ts';
import { endReading, isEmptyReading, NO_LIMITS, startReading, type Reading } from './reading.ts';
import { reject, rejectWhole } from './rejecting.ts';
import type { DecodedValue, DecodeLimits, Reject, SampleFormat } from './sample-format.ts';

const OPEN_BRACE = 0x7b;
const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/* Protobuf begins with 0x0a, which JSON takes for a line's end: a brace after it tells, most of the time. */
const looksLikeJson = (bytes: Uint8Array): boolean => bytes.find((byte) => !SPACES.has(byte)) === OPEN_BRACE;

/** Reads points one after the other; labels that came before are not made and checked again. */
class PointReader {
  readonly #memo = new LabelMemo();
  readonly #names = new MetricNames();
  #into: Reading = startReading(NO_LIMITS);
  #isStable = true;
  /* Of the resource and the metric that are being read. */
  #resource: readonly OtlpAttribute[] = [];
  #resourceText = '';
  #name = '';

  read(resources: readonly OtlpResource[], limits: DecodeLimits): DecodedValue {
    if (this.#memo.within(limits)) this.#names.clear();
    const reading = startReading(limits);
    this.#into = reading;
    this.#isStable = true;
    for (const { attributes, metrics } of resources) {
      this.#resource = attributes;
      this.#resourceText = attributesText('', attributes);
      for (const metric of metrics) this.#metric(metric);
    }
    if (isEmptyReading(reading)) {
      return rejectWhole('no_samples', 'OTLP metrics with at least one data point are expected, seen: none');
    }
    return {
      ...endReading(reading),
      ...(this.#isStable && reading.samples.length > 0 && { stableLabels: true as const }),
    };
  }

  #metric(metric: OtlpMetric): void {
    if (metric.points.length === 0) return;
    const { metric: name, problem } = this.#names.after(null, metric.name, this.#into.limits);
    this.#name = name;
    for (const point of metric.points) this.#point(metric, point, problem);
  }

  #point(metric: OtlpMetric, point: OtlpPoint, problem: Reject | null): void {
    const { samples, rejects } = this.#into;
    if (!(point.timeMs >= 0)) {
      rejects.push(reject('bad_time', `${metric.name}: a point has no time_unix_nano`));
      return;
    }
    const labels = problem ?? this.#labels(point);
    if ('reason' in labels) {
      rejects.push(labels);
      return;
    }
    const before = samples.length;
    for (const number of otlpNumbers(metric, point)) this.#sample(labels, point, number);
    if (samples.length === before) this.#into.skipped += 1;
  }

  #labels({ attributes }: OtlpPoint): LabelSet | Reject {
    const key = attributesText(this.#resourceText, attributes);
    const known = this.#memo.find(key);
    if (known !== null) return known;
    const pairs = [...pairsOf(this.#resource), ...pairsOf(attributes)];
    const found = labelsOf(pairs, this.#into.limits);
    if ('problem' in found) return found.problem;
    const kept = this.#memo.keep(key, found.labels);
    if (kept === null) this.#isStable = false;
    return kept ?? { name: '', labels: found.labels, series: new Map() };
  }

  #sample(set: LabelSet, { timeMs, isStale }: OtlpPoint, number: OtlpNumber): void {
    const { suffix, label, increase } = number;
    const value = isStale ? NaN : number.value;
    const name = suffix === '' ? this.#name : this.#name + suffix;
    const key = label === null ? name : `${name} ${label[0]} ${label[1]}`;
    const { metric, labels } =
      set.series.get(key) ??
      this.#memo.series(set, key, name, label === null ? {} : { [label[0]]: label[1] });
    this.#into.samples.push(
      increase === undefined
        ? { metric, labels, timeMs, value }
        : { metric, labels, timeMs, value, increase },
    );
  }
}

/* What stands for these attributes alone, behind `before`. */
function attributesText(before: string, attributes: readonly OtlpAttribute[]): string {
  let text = before;
  for (const [key, value] of attributes) if (value !== null) text = withLabel(text, key, value);
  return text;
}

function pairsOf(attributes: readonly OtlpAttribute[]): (readonly [string, string])[] {
  return attributes.flatMap(([key, value]) =>
    value === null ? [] : [[prometheusName(key), value] as const],
  );
}

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
export function otlp(): SampleFormat {
  const reader = new PointReader();
  return {
    name: 'otlp',
    decode(bytes, limits) {
      const resources = resourcesOf(bytes);
      return resources === null
        ? rejectWhole('bad_encoding', 'OTLP metrics (protobuf or JSON) are expected, seen: other bytes')
        : reader.read(resources, limits);
    },
  };
}
