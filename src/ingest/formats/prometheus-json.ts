import { isUtf8 } from 'node:buffer';
import type { Labels } from '../../core/sample.ts';
import { parseRfc3339 } from './rfc3339.ts';
import type { DecodedValue, DecodeLimits, Reject, RejectReason, SampleFormat } from './sample-format.ts';

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const NOT_IN_NAMES = /[\p{Control}\p{Surrogate}]/u;

const show = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
};

const reject = (reason: RejectReason, detail: string): Reject => ({ reason, detail });

/* As Prometheus 3 has it: any UTF-8 but empty; and no control characters, because names reach terminals and logs. */
const isName = (text: string): boolean => text !== '' && !NOT_IN_NAMES.test(text);

const parseValue = (text: string): number | null => {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : null;
  }
  if (text === 'NaN') return NaN;
  if (text === '+Inf' || text === 'Inf') return Infinity;
  return text === '-Inf' ? -Infinity : null;
};

const labelProblem = (label: string, value: unknown, limits: DecodeLimits): Reject | null => {
  if (typeof value !== 'string' || LONE_SURROGATE.test(value)) {
    return reject('bad_labels', `label ${show(label)}: a UTF-8 string is expected, seen: ${show(value)}`);
  }
  if (!isName(label) || label === '__proto__') {
    return reject('bad_labels', `${show(label)} can't be a label's name`);
  }
  const longest = Math.max(label.length, value.length);
  if (longest > limits.maxLabelLength) {
    const detail = `label ${show(label)}: ${longest} characters, at most ${limits.maxLabelLength} are allowed`;
    return reject('too_long_label', detail);
  }
  return null;
};

/* The adapter repeats the metric's name as `__name__`; an empty value means "no such label" in Prometheus. */
const isKept = (label: string, value: unknown): boolean => label !== '__name__' && value !== '';

const labelsProblem = (
  labels: Record<string, unknown>,
  name: string,
  limits: DecodeLimits,
): Reject | null => {
  let count = 0;
  for (const label in labels) {
    const value = labels[label];
    if (label === '__name__' && value !== name) {
      return reject('bad_name', `name is ${show(name)} but the label __name__ is ${show(value)}`);
    }
    if (!isKept(label, value)) continue;
    const problem = labelProblem(label, value, limits);
    if (problem !== null) return problem;
    count++;
  }
  if (count <= limits.maxLabels) return null;
  return reject('too_many_labels', `${count} labels, at most ${limits.maxLabels} are allowed`);
};

/* The parsed object itself where nothing is to be left out. */
const keptLabels = (labels: Labels): Labels => {
  for (const label in labels) {
    if (!isKept(label, labels[label])) {
      return Object.fromEntries(Object.entries(labels).filter(([key, value]) => isKept(key, value)));
    }
  }
  return labels;
};

const parseJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
};

const none = (reason: RejectReason, detail: string): DecodedValue => ({
  samples: [],
  rejects: [reject(reason, detail)],
});

/**
 * What prometheus-kafka-adapter writes: one sample a record, the value a decimal string, the time RFC 3339
 * (https://github.com/Telefonica/prometheus-kafka-adapter). Keys it does not know are passed over.
 */
export const prometheusJson: SampleFormat = {
  name: 'prometheus_json',
  decode(bytes, limits) {
    if (!isUtf8(bytes)) return none('not_utf8', 'the value is not UTF-8');
    const parsed = parseJson(bytes);
    if (parsed === undefined) return none('not_json', 'the value is not JSON');
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      return none('not_object', `one JSON object is expected, seen: ${show(parsed)}`);
    }
    const { name, timestamp, value: valueText, labels: rawLabels = {} } = parsed as Record<string, unknown>;
    if (typeof name !== 'string' || !isName(name)) {
      return none('bad_name', `name: a metric's name is expected, seen: ${show(name)}`);
    }
    if (name.length > limits.maxLabelLength) {
      return none('too_long_label', `name: ${name.length} characters, at most ${limits.maxLabelLength}`);
    }
    const timeMs = typeof timestamp === 'string' ? parseRfc3339(timestamp) : NaN;
    if (Number.isNaN(timeMs)) {
      return none(
        'bad_time',
        `timestamp: "2026-11-24T03:00:00Z" (RFC 3339) is expected, seen: ${show(timestamp)}`,
      );
    }
    const value = typeof valueText === 'string' ? parseValue(valueText) : null;
    if (value === null) {
      const expected = 'a string with a decimal number, "NaN", "+Inf" or "-Inf" is expected';
      return none('bad_value', `value: ${expected}, seen: ${show(valueText)}`);
    }
    if (typeof rawLabels !== 'object' || rawLabels === null || Array.isArray(rawLabels)) {
      return none('bad_labels', `labels: an object of strings is expected, seen: ${show(rawLabels)}`);
    }
    const problem = labelsProblem(rawLabels as Record<string, unknown>, name, limits);
    if (problem !== null) return { samples: [], rejects: [problem] };
    const labels = keptLabels(rawLabels as Labels);
    return { samples: [{ metric: name, labels, timeMs, value }], rejects: [] };
  },
};
