import type { Labels } from '../../core/sample.ts';
import { epochMs, textTimeMs, type TimeUnit } from './epoch-time.ts';
import { atPath, isJsonObject, parseJsonPath, type JsonPath } from './json-path.ts';
import { labelsOf, metricProblem } from './label-rules.ts';
import { parseNumber } from './number-text.ts';
import { prometheusName } from './prometheus-name.ts';
import { endReading, startReading, type Reading } from './reading.ts';
import { reject, rejectWhole, show } from './rejecting.ts';
import type { DecodedValue, DecodeLimits, Reject } from './sample-format.ts';

/** Where the parts of a sample lie in a record of nested objects, as paths (`a.b`; a dot inside a key is `\.`). */
export interface RecordMapping {
  /** An array of objects, each one observation; `null`: the record itself, which may be an array too. */
  readonly records: string | null;
  readonly time: string;
  /** Of times that are numbers or digits; other texts are RFC 3339. */
  readonly timeUnit: TimeUnit;
  /** The metric's name, put before the values' keys; `null`: the keys alone. */
  readonly name: string | null;
  /** An object of labels, or one path a label; `null`: no labels. */
  readonly labels: string | Readonly<Record<string, string>> | null;
  /** Numbers, or objects of numbers (nested keys are joined by `_`). */
  readonly values: readonly string[];
}

interface Paths {
  readonly records: JsonPath;
  readonly time: JsonPath;
  readonly timeUnit: TimeUnit;
  readonly name: JsonPath | null;
  readonly labels: JsonPath | readonly (readonly [string, JsonPath])[] | null;
  readonly values: readonly JsonPath[];
  readonly nonFinite: boolean;
}

/* Deeper objects are more likely an attack than a measurement. */
const DEEPEST = 8;

const compileLabels = (labels: RecordMapping['labels']): Paths['labels'] => {
  if (labels === null) return null;
  if (typeof labels === 'string') return parseJsonPath(labels);
  return Object.entries(labels).map(([label, path]) => [label, parseJsonPath(path)] as const);
};

const compile = (mapping: RecordMapping, nonFinite: boolean): Paths => {
  return {
    records: mapping.records === null ? [] : parseJsonPath(mapping.records),
    time: parseJsonPath(mapping.time),
    timeUnit: mapping.timeUnit,
    name: mapping.name === null ? null : parseJsonPath(mapping.name),
    labels: compileLabels(mapping.labels),
    values: mapping.values.map(parseJsonPath),
    nonFinite,
  };
};

const timeOf = (time: unknown, unit: TimeUnit): number => {
  if (typeof time === 'number') return epochMs(time, unit);
  return typeof time === 'string' ? textTimeMs(time, unit) : NaN;
};

const scalarText = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : (value ?? '');

const labelPairs = (record: unknown, labels: Paths['labels']): (readonly [string, unknown])[] | Reject => {
  if (labels === null) return [];
  const isList = (paths: NonNullable<Paths['labels']>): paths is readonly (readonly [string, JsonPath])[] =>
    paths.some((entry) => typeof entry !== 'string');
  if (isList(labels))
    return labels.map(([label, path]) => [label, scalarText(atPath(record, path))] as const);
  const found = atPath(record, labels) ?? {};
  if (!isJsonObject(found)) {
    return reject('bad_labels', `${labels.join('.')}: an object of labels is expected, seen: ${show(found)}`);
  }
  return Object.entries(found).map(([label, value]) => [prometheusName(label), scalarText(value)] as const);
};

const numberOf = (value: unknown, nonFinite: boolean): number | null => {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return nonFinite || Number.isFinite(value) ? value : null;
  return typeof value === 'string' ? parseNumber(value) : null;
};

const readValue = (
  value: unknown,
  at: {
    readonly metric: string;
    readonly labels: Labels;
    readonly timeMs: number;
    readonly depth: number;
    readonly nonFinite: boolean;
  },
  into: Reading,
): void => {
  const { metric, labels, timeMs, depth, nonFinite } = at;
  if (isJsonObject(value)) {
    if (depth >= DEEPEST) {
      into.rejects.push(
        reject('bad_value', `${show(metric)}: objects nested deeper than ${DEEPEST} are not read`),
      );
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      const name = metric === '' ? prometheusName(key) : `${metric}_${prometheusName(key)}`;
      readValue(inner, { ...at, metric: name, depth: depth + 1 }, into);
    }
    return;
  }
  const number = numberOf(value, nonFinite);
  if (number === null) {
    // Texts, nulls and lists beside the numbers are common; a number beyond double precision is not.
    if (typeof value !== 'number') into.skipped += 1;
    else into.rejects.push(reject('bad_value', `${show(metric)}: the number is beyond double precision`));
    return;
  }
  const problem = metricProblem(metric, into.limits);
  if (problem === null) into.samples.push({ metric, labels, timeMs, value: number });
  else into.rejects.push(problem);
};

const readRecord = (record: unknown, paths: Paths, into: Reading): void => {
  if (!isJsonObject(record)) {
    into.rejects.push(reject('not_object', `an object is expected, seen: ${show(record)}`));
    return;
  }
  const time = atPath(record, paths.time);
  const timeMs = timeOf(time, paths.timeUnit);
  if (Number.isNaN(timeMs)) {
    const expected = `Unix time in ${paths.timeUnit} or RFC 3339 is expected`;
    into.rejects.push(reject('bad_time', `${paths.time.join('.')}: ${expected}, seen: ${show(time)}`));
    return;
  }
  const name = paths.name === null ? '' : atPath(record, paths.name);
  if (typeof name !== 'string' || (name === '' && paths.name !== null)) {
    into.rejects.push(
      reject('bad_name', `${paths.name?.join('.')}: a name is expected, seen: ${show(name)}`),
    );
    return;
  }
  const pairs = labelPairs(record, paths.labels);
  const labels = Array.isArray(pairs) ? labelsOf(pairs, into.limits) : { problem: pairs };
  if ('problem' in labels) {
    into.rejects.push(labels.problem);
    return;
  }
  const before = into.samples.length + into.rejects.length;
  for (const path of paths.values) {
    const value = atPath(record, path);
    if (value === undefined) continue;
    const last = isJsonObject(value) || (paths.values.length === 1 && name !== '') ? '' : (path.at(-1) ?? '');
    const metric = [name, last]
      .filter((part) => part !== '')
      .map(prometheusName)
      .join('_');
    readValue(value, { metric, labels: labels.labels, timeMs, depth: 0, nonFinite: paths.nonFinite }, into);
  }
  if (before === into.samples.length + into.rejects.length && into.skipped === 0) {
    const places = paths.values.map((path) => path.join('.')).join(', ');
    into.rejects.push(reject('bad_value', `a number is expected at ${places}, seen: nothing`));
  }
};

/** Reads records by a mapping: each number found is a sample; texts, nulls and lists beside the numbers are skipped. */
export type MappedReader = (value: unknown, limits: DecodeLimits) => DecodedValue;

/**
 * A reader of what one Kafka record holds, as nested plain objects. `nonFinite`: NaN and infinities are values; in JSON they
 * are numbers too large to be read.
 */
export function mappedReader(
  mapping: RecordMapping,
  { nonFinite }: { readonly nonFinite: boolean },
): MappedReader {
  const paths = compile(mapping, nonFinite);
  return (value, limits) => {
    const found = paths.records.length === 0 ? value : atPath(value, paths.records);
    const records: readonly unknown[] = Array.isArray(found) ? found : [found];
    const reading = startReading(limits);
    for (const record of records) readRecord(record, paths, reading);
    return records.length === 0
      ? rejectWhole('not_object', 'at least one object is expected, seen: an empty list')
      : endReading(reading);
  };
}
