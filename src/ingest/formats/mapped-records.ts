import type { Labels } from '../../core/sample.ts';
import { epochMs, textTimeMs, type TimeUnit } from './epoch-time.ts';
import { atPath, isJsonObject, parseJsonPath, type JsonPath } from './json-path.ts';
import { LabelMemo, type LabelSet } from './label-memo.ts';
import { labelsOf } from './label-rules.ts';
import { labelPairs, labelPaths, labelText, type LabelPaths } from './mapped-labels.ts';
import { MetricNames, type MetricName } from './metric-names.ts';
import { parseNumber } from './number-text.ts';
import { endReading, NO_LIMITS, startReading, type Reading } from './reading.ts';
import { reject, rejectWhole, show } from './rejecting.ts';
import type { DecodedValue, DecodeLimits, RejectReason } from './sample-format.ts';

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
  const path = mapping.records === null ? [] : parseJsonPath(mapping.records);
  const reader = new ObservationReader(mapping, nonFinite);
  return (value, limits) => {
    const found = path.length === 0 ? value : atPath(value, path);
    const records: readonly unknown[] = Array.isArray(found) ? found : [found];
    return records.length === 0
      ? rejectWhole('not_object', 'at least one object is expected, seen: an empty list')
      : reader.read(records, limits);
  };
}

/* Deeper objects are more likely an attack than a measurement. */
const DEEPEST = 8;

/** Reads observations one after the other; labels and names that came before are not made and checked again. */
class ObservationReader {
  readonly #time: JsonPath;
  readonly #timeUnit: TimeUnit;
  readonly #name: JsonPath | null;
  readonly #labelPaths: LabelPaths;
  readonly #values: readonly JsonPath[];
  readonly #nonFinite: boolean;
  readonly #memo = new LabelMemo();
  readonly #names = new MetricNames();
  /* Of the observation that is being read. */
  #into: Reading = startReading(NO_LIMITS);
  #timeMs = NaN;
  #labels: Labels = {};
  #set: LabelSet | null = null;
  #isStable = true;

  constructor(mapping: RecordMapping, nonFinite: boolean) {
    this.#time = parseJsonPath(mapping.time);
    this.#timeUnit = mapping.timeUnit;
    this.#name = mapping.name === null ? null : parseJsonPath(mapping.name);
    this.#labelPaths = labelPaths(mapping.labels);
    this.#values = mapping.values.map(parseJsonPath);
    this.#nonFinite = nonFinite;
  }

  read(records: readonly unknown[], limits: DecodeLimits): DecodedValue {
    if (this.#memo.within(limits)) this.#names.clear();
    const reading = startReading(limits);
    this.#into = reading;
    this.#isStable = true;
    for (const record of records) this.#observation(record);
    return {
      ...endReading(reading),
      ...(this.#isStable && reading.samples.length > 0 && { stableLabels: true as const }),
    };
  }

  #observation(record: unknown): void {
    if (!isJsonObject(record)) {
      this.#reject('not_object', `an object is expected, seen: ${show(record)}`);
      return;
    }
    const time = atPath(record, this.#time);
    this.#timeMs = timeOf(time, this.#timeUnit);
    if (Number.isNaN(this.#timeMs)) {
      const expected = `Unix time in ${this.#timeUnit} or RFC 3339 is expected`;
      this.#reject('bad_time', `${this.#time.join('.')}: ${expected}, seen: ${show(time)}`);
      return;
    }
    const name = this.#name === null ? '' : atPath(record, this.#name);
    if (typeof name !== 'string' || (name === '' && this.#name !== null)) {
      this.#reject('bad_name', `${this.#name?.join('.')}: a name is expected, seen: ${show(name)}`);
      return;
    }
    if (this.#takeLabels(record)) this.#takeValues(record, name);
  }

  /* False if there is something wrong with them. */
  #takeLabels(record: unknown): boolean {
    const key = labelText(record, this.#labelPaths, '');
    this.#set = key === null ? null : this.#memo.find(key);
    if (this.#set !== null) return true;
    const found = labelPairs(record, this.#labelPaths);
    const labels = 'pairs' in found ? labelsOf(found.pairs, this.#into.limits) : found;
    if ('problem' in labels) {
      this.#into.rejects.push(labels.problem);
      return false;
    }
    this.#labels = labels.labels;
    this.#set = key === null ? null : this.#memo.keep(key, labels.labels);
    return true;
  }

  #takeValues(record: unknown, name: string): void {
    const { samples, rejects, limits } = this.#into;
    const before = samples.length + rejects.length;
    const first = name === '' ? null : this.#names.after(null, name, limits);
    for (const path of this.#values) {
      const value = atPath(record, path);
      if (value === undefined) continue;
      const isWhole = isJsonObject(value) || (this.#values.length === 1 && first !== null);
      const last = isWhole ? '' : (path.at(-1) ?? '');
      const metric = last === '' && first !== null ? first : this.#names.after(first, last, limits);
      this.#value(value, metric, 0);
    }
    if (before === samples.length + rejects.length && this.#into.skipped === 0) {
      const places = this.#values.map((path) => path.join('.')).join(', ');
      this.#reject('bad_value', `a number is expected at ${places}, seen: nothing`);
    }
  }

  #value(value: unknown, name: MetricName, depth: number): void {
    if (isJsonObject(value)) {
      if (depth >= DEEPEST) {
        this.#reject('bad_value', `${show(name.metric)}: objects nested deeper than ${DEEPEST} are not read`);
        return;
      }
      for (const key of Object.keys(value)) {
        this.#value(value[key], this.#names.after(name, key, this.#into.limits), depth + 1);
      }
      return;
    }
    const number = numberOf(value, this.#nonFinite);
    if (number !== null) this.#sample(name, number);
    // Texts, nulls and lists beside the numbers are common; a number beyond double precision is not.
    else if (typeof value !== 'number') this.#into.skipped += 1;
    else this.#reject('bad_value', `${show(name.metric)}: the number is beyond double precision`);
  }

  #sample(name: MetricName, value: number): void {
    const timeMs = this.#timeMs;
    if (name.problem !== null) this.#into.rejects.push(name.problem);
    else if (this.#set === null || name.longer === null) {
      this.#isStable = false;
      const labels = this.#set?.labels ?? this.#labels;
      this.#into.samples.push({ metric: name.metric, labels, timeMs, value });
    } else {
      const { metric, labels } =
        this.#set.series.get(name) ?? this.#memo.series(this.#set, name, name.metric);
      this.#into.samples.push({ metric, labels, timeMs, value });
    }
  }

  #reject(reason: RejectReason, detail: string): void {
    this.#into.rejects.push(reject(reason, detail));
  }
}

function timeOf(time: unknown, unit: TimeUnit): number {
  if (typeof time === 'number') return epochMs(time, unit);
  return typeof time === 'string' ? textTimeMs(time, unit) : NaN;
}

function numberOf(value: unknown, nonFinite: boolean): number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return nonFinite || Number.isFinite(value) ? value : null;
  return typeof value === 'string' ? parseNumber(value) : null;
}
