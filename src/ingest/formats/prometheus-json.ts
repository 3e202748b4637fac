import { isUtf8 } from 'node:buffer';
import type { Labels } from '../../core/sample.ts';
import { epochMs, textTimeMs } from './epoch-time.ts';
import { labelCountProblem, labelProblem, metricProblem } from './label-rules.ts';
import { parseNumber } from './number-text.ts';
import { parseJson } from './parse-json.ts';
import { reject, rejectWhole, show } from './rejecting.ts';
import { TailReader } from './prometheus-json-tail.ts';
import type { DecodedValue, DecodeLimits, Reject, SampleFormat } from './sample-format.ts';
import { SeriesMemo, type KnownSeries } from './series-memo.ts';

const NO_REJECTS: readonly Reject[] = [];

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
  return labelCountProblem(count, limits);
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

const timeOf = (timestamp: unknown): number => {
  if (typeof timestamp === 'string') return textTimeMs(timestamp, 's');
  return typeof timestamp === 'number' ? epochMs(timestamp, 's') : NaN;
};

const valueOf = (value: unknown): number | null => {
  if (typeof value === 'string') return parseNumber(value);
  // JSON.parse makes Infinity of 1e999.
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
};

const decodeWhole = (bytes: Uint8Array, limits: DecodeLimits): DecodedValue => {
  if (!isUtf8(bytes)) return rejectWhole('not_utf8', 'the value is not UTF-8');
  const parsed = parseJson(bytes);
  if (parsed === undefined) return rejectWhole('not_json', 'the value is not JSON');
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return rejectWhole('not_object', `one JSON object is expected, seen: ${show(parsed)}`);
  }
  const { name, timestamp, value: rawValue, labels: rawLabels = {} } = parsed as Record<string, unknown>;
  const nameProblem = metricProblem(name, limits);
  if (nameProblem !== null) return { samples: [], rejects: [nameProblem] };
  const timeMs = timeOf(timestamp);
  if (Number.isNaN(timeMs)) {
    const expected = '"2026-11-24T03:00:00Z" (RFC 3339) or Unix seconds are expected';
    return rejectWhole('bad_time', `timestamp: ${expected}, seen: ${show(timestamp)}`);
  }
  const value = valueOf(rawValue);
  if (value === null) {
    const expected = 'a decimal number, as a string or as it is, "NaN", "+Inf" or "-Inf" is expected';
    return rejectWhole('bad_value', `value: ${expected}, seen: ${show(rawValue)}`);
  }
  if (typeof rawLabels !== 'object' || rawLabels === null || Array.isArray(rawLabels)) {
    return rejectWhole('bad_labels', `labels: an object of strings is expected, seen: ${show(rawLabels)}`);
  }
  const metric = name as string;
  const problem = labelsProblem(rawLabels as Record<string, unknown>, metric, limits);
  if (problem !== null) return { samples: [], rejects: [problem] };
  return { samples: [{ metric, labels: keptLabels(rawLabels as Labels), timeMs, value }], rejects: [] };
};

/**
 * What prometheus-kafka-adapter writes: one sample a record, the value a decimal string (or a number), the time RFC 3339
 * (or Unix seconds) (https://github.com/Telefonica/prometheus-kafka-adapter). Keys it does not know are passed over.
 */
export function prometheusJson(): SampleFormat {
  const memo = new SeriesMemo();
  const tails = new TailReader();
  const { tail } = tails;
  return {
    name: 'prometheus_json',
    decode(bytes, limits) {
      if (!tails.read(bytes)) return decodeWhole(bytes, limits);
      memo.within(limits);
      const known = memo.find(bytes, 0, tail.start) ?? learn(decodeWhole(bytes, limits), memo);
      if ('rejects' in known) return known;
      const { metric, labels } = known;
      const sample = { metric, labels, timeMs: tail.timeMs, value: tail.value };
      return { samples: [sample], rejects: NO_REJECTS, stableLabels: true };
    },
  };
}

/* What can't be kept stays as it was read. */
function learn(decoded: DecodedValue, memo: SeriesMemo): KnownSeries | DecodedValue {
  const [sample] = decoded.samples;
  return sample === undefined ? decoded : (memo.keep(sample) ?? decoded);
}
