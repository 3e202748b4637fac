import { isUtf8 } from 'node:buffer';
import type { Labels } from '../../core/sample.ts';
import { epochMs, textTimeMs, type TimeUnit } from './epoch-time.ts';
import { atPath, isJsonObject, parseJsonPath, type JsonPath } from './json-path.ts';
import { labelsOf, metricProblem } from './label-rules.ts';
import { parseNumber } from './number-text.ts';
import { parseJson } from './parse-json.ts';
import { prometheusName } from './prometheus-name.ts';
import { endReading, startReading, type Reading } from './reading.ts';
import { reject, rejectWhole, show } from './rejecting.ts';
import type { Reject, SampleFormat } from './sample-format.ts';

/** Where the parts of a sample lie in a JSON record, as paths (`a.b`; a dot inside a key is `\.`). */
export interface JsonMapping {
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
}

/* Deeper objects are more likely an attack than a measurement. */
const DEEPEST = 8;

const compileLabels = (labels: JsonMapping['labels']): Paths['labels'] => {
  if (labels === null) return null;
  if (typeof labels === 'string') return parseJsonPath(labels);
  return Object.entries(labels).map(([label, path]) => [label, parseJsonPath(path)] as const);
};

const compile = (mapping: JsonMapping): Paths => {
  return {
    records: mapping.records === null ? [] : parseJsonPath(mapping.records),
    time: parseJsonPath(mapping.time),
    timeUnit: mapping.timeUnit,
    name: mapping.name === null ? null : parseJsonPath(mapping.name),
    labels: compileLabels(mapping.labels),
    values: mapping.values.map(parseJsonPath),
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

const numberOf = (value: unknown): number | null => {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' ? parseNumber(value) : null;
};

const readValue = (
  value: unknown,
  at: { readonly metric: string; readonly labels: Labels; readonly timeMs: number; readonly depth: number },
  into: Reading,
): void => {
  const { metric, labels, timeMs, depth } = at;
  if (isJsonObject(value)) {
    if (depth >= DEEPEST) {
      into.rejects.push(
        reject('bad_value', `${show(metric)}: objects nested deeper than ${DEEPEST} are not read`),
      );
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      const name = metric === '' ? prometheusName(key) : `${metric}_${prometheusName(key)}`;
      readValue(inner, { metric: name, labels, timeMs, depth: depth + 1 }, into);
    }
    return;
  }
  const number = numberOf(value);
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
    into.rejects.push(reject('not_object', `a JSON object is expected, seen: ${show(record)}`));
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
    readValue(value, { metric, labels: labels.labels, timeMs, depth: 0 }, into);
  }
  if (before === into.samples.length + into.rejects.length && into.skipped === 0) {
    const places = paths.values.map((path) => path.join('.')).join(', ');
    into.rejects.push(reject('bad_value', `a number is expected at ${places}, seen: nothing`));
  }
};

/**
 * JSON of any shape, read by a mapping of paths: each number found is a sample. Booleans count as 1 and 0, numbers may be
 * texts; other texts, nulls and lists are skipped.
 */
export function json(mapping: JsonMapping): SampleFormat {
  const paths = compile(mapping);
  return {
    name: 'json',
    decode(bytes, limits) {
      if (!isUtf8(bytes)) return rejectWhole('not_utf8', 'the value is not UTF-8');
      const parsed = parseJson(bytes);
      if (parsed === undefined) return rejectWhole('not_json', 'the value is not JSON');
      const found = paths.records.length === 0 ? parsed : atPath(parsed, paths.records);
      const records: readonly unknown[] = Array.isArray(found) ? found : [found];
      const reading = startReading(limits);
      for (const record of records) readRecord(record, paths, reading);
      return records.length === 0
        ? rejectWhole('not_object', 'at least one JSON object is expected, seen: an empty list')
        : endReading(reading);
    },
  };
}
