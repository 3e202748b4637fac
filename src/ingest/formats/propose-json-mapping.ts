import { textTimeMs, epochMs, type TimeUnit } from './epoch-time.ts';
import { isJsonObject } from './json-path.ts';
import type { RecordMapping } from './mapped-records.ts';
import { prometheusName } from './prometheus-name.ts';

/** Keys under which times, names and labels usually lie; earlier ones are preferred. */
const TIME_KEYS = [
  'timestamp',
  '@timestamp',
  'time',
  'ts',
  'datetime',
  'date',
  'event_time',
  'eventTime',
  'created_at',
  't',
];
const NAME_KEYS = ['name', 'metric', 'metric_name', 'metricName', '__name__', 'measurement'];
const LABEL_KEYS = ['tags', 'labels', 'dimensions', 'attributes'];
const VALUE_KEYS = ['fields', 'values', 'metrics', 'value'];
const RECORD_KEYS = ['metrics', 'records', 'data', 'points', 'samples', 'events'];
/** Times before 2001 or after 2100 are taken for other numbers. */
const EARLIEST_MS = 978_307_200_000;
const LATEST_MS = 4_102_444_800_000;
const MOST_LABELS = 32;

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Guesses where the parts of a sample lie in JSON records of some shape, from the names of keys and the kinds of their values; `null`
 * if there is no time or no number. It is a proposal: what comes of it is for the caller to try out.
 */
export function proposeJsonMapping(values: readonly unknown[]): RecordMapping | null {
  const [first] = values;
  if (Array.isArray(first)) return mappingOf(values.flat().filter(isJsonObject), null);
  const objects = values.filter(isJsonObject);
  const whole = mappingOf(objects, null);
  if (whole !== null) return whole;
  for (const key of RECORD_KEYS) {
    const inner = objects.flatMap((object) => (Array.isArray(object[key]) ? (object[key] as unknown[]) : []));
    const mapping = mappingOf(inner.filter(isJsonObject), pathOf(key));
    if (mapping !== null) return mapping;
  }
  return null;
}

function mappingOf(objects: readonly JsonObject[], records: string | null): RecordMapping | null {
  if (objects.length === 0) return null;
  const keys = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  const seen = (key: string): unknown[] =>
    objects.map((object) => object[key]).filter((one) => one !== undefined && one !== null);
  const time = timeOf(keys, seen);
  if (time === null) return null;
  const isText = (key: string): boolean =>
    seen(key).length > 0 && seen(key).every((one) => typeof one === 'string');
  const name = NAME_KEYS.find((key) => isText(key)) ?? null;
  const rest = keys.filter((key) => key !== time.key && key !== name);
  const labelObject = LABEL_KEYS.find(
    (key) => rest.includes(key) && seen(key).length > 0 && seen(key).every(isJsonObject),
  );
  const isId = (key: string): boolean => /(^|[_.-])id$|Id$/.test(key);
  const isNumeric = (key: string): boolean =>
    !isId(key) && seen(key).some((one) => typeof one === 'number' || isNumberObject(one));
  const wellKnown = VALUE_KEYS.filter((key) => rest.includes(key) && (isNumeric(key) || isDigits(seen(key))));
  const numeric =
    wellKnown.length > 0 ? wellKnown : rest.filter((key) => key !== labelObject && isNumeric(key));
  if (numeric.length === 0) return null;
  const isLabel = (key: string): boolean =>
    isText(key) || (isId(key) && seen(key).every((one) => typeof one === 'number'));
  const plain = rest.filter((key) => !numeric.includes(key) && isLabel(key)).map((key) => [key]);
  const nested = rest
    .filter((key) => !numeric.includes(key) && seen(key).length > 0 && seen(key).every(isJsonObject))
    .flatMap((key) => textKeys(seen(key) as JsonObject[]).map((inner) => [key, inner]));
  return {
    records,
    time: pathOf(time.key),
    timeUnit: time.unit,
    name: name === null ? null : pathOf(name),
    labels: labelObject === undefined ? labelsOf([...plain, ...nested]) : pathOf(labelObject),
    values: numeric.map(pathOf),
  };
}

function labelsOf(paths: readonly (readonly string[])[]): RecordMapping['labels'] {
  const named = paths.map((path) => [prometheusName(path.join('_')), path.map(pathOf).join('.')] as const);
  return named.length === 0 ? null : Object.fromEntries(named.slice(0, MOST_LABELS));
}

/* Keys that hold texts in all of the objects. */
const textKeys = (objects: readonly JsonObject[]): string[] =>
  Object.keys(objects[0] ?? {}).filter((key) => objects.every((object) => typeof object[key] === 'string'));

function timeOf(
  keys: readonly string[],
  seen: (key: string) => unknown[],
): { readonly key: string; readonly unit: TimeUnit } | null {
  for (const key of [...TIME_KEYS.filter((one) => keys.includes(one)), ...keys]) {
    const unit = unitOf(seen(key));
    if (unit !== null) return { key, unit };
  }
  return null;
}

function unitOf(values: readonly unknown[]): TimeUnit | null {
  if (values.length === 0) return null;
  for (const unit of ['s', 'ms', 'us', 'ns'] as const) {
    const times = values.map((value) => {
      if (typeof value === 'number') return epochMs(value, unit);
      return typeof value === 'string' ? textTimeMs(value, unit) : NaN;
    });
    if (times.every((timeMs) => timeMs >= EARLIEST_MS && timeMs <= LATEST_MS)) return unit;
  }
  return null;
}

const isNumberObject = (value: unknown): boolean =>
  isJsonObject(value) && Object.values(value).some((one) => typeof one === 'number' || isNumberObject(one));

const isDigits = (values: readonly unknown[]): boolean =>
  values.length > 0 &&
  values.every((one) => typeof one === 'string' && one.trim() !== '' && Number.isFinite(Number(one)));

const pathOf = (key: string): string => key.replaceAll('.', '\\.');
