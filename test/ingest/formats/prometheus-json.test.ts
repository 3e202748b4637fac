import { expect, test } from 'vitest';
import type { RejectReason } from '../../../src/ingest/formats/sample-format.ts';
import { prometheusJson } from '../../../src/ingest/formats/prometheus-json.ts';
import { formatContract, testLimits } from './format-contract.ts';

const format = prometheusJson();
const intact = { name: 'up', timestamp: '2026-11-24T03:00:00Z', value: '0.5', labels: { job: 'node' } };
const written = (changes: object): Buffer => Buffer.from(JSON.stringify({ ...intact, ...changes }));
const samplesOf = (bytes: Uint8Array) => format.decode(bytes, testLimits).samples;

/* As Go's strconv.FormatFloat writes the special values. */
const goFloat = (value: number): string => {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
};

const cases: readonly (readonly [string, RejectReason, Uint8Array])[] = [
  ['bytes that are not UTF-8', 'not_utf8', Buffer.from([0x7b, 0xff, 0x7d])],
  ['an empty value', 'not_json', Buffer.alloc(0)],
  ['half a record', 'not_json', written({}).subarray(0, 30)],
  ['a JSON array', 'not_object', Buffer.from('[1]')],
  ['a JSON null', 'not_object', Buffer.from('null')],
  ['a missing name', 'bad_name', written({ name: undefined })],
  ['an empty name', 'bad_name', written({ name: '' })],
  ['a name with a control character', 'bad_name', written({ name: 'u\u001bp' })],
  ['a name that __name__ contradicts', 'bad_name', written({ labels: { __name__: 'down' } })],
  ['a time without zone', 'bad_time', written({ timestamp: '2026-11-24T03:00:00' })],
  ['a day that is none', 'bad_time', written({ timestamp: '2026-02-29T03:00:00Z' })],
  ['a negative time', 'bad_time', written({ timestamp: -1 })],
  ['a time as a list', 'bad_time', written({ timestamp: [1] })],
  ['a value as a list', 'bad_value', written({ value: [0.5] })],
  [
    'a number beyond double precision',
    'bad_value',
    Buffer.from(written({}).toString().replace('"0.5"', '1e999')),
  ],
  ['a hexadecimal value', 'bad_value', written({ value: '0x10' })],
  ['an empty value string', 'bad_value', written({ value: '' })],
  ['a value with a space', 'bad_value', written({ value: ' 1' })],
  ['a value beyond double precision', 'bad_value', written({ value: '1e999' })],
  ['labels in a list', 'bad_labels', written({ labels: [] })],
  ['a label that is a number', 'bad_labels', written({ labels: { a: 1 } })],
  ['a label without a name', 'bad_labels', written({ labels: { '': 'x' } })],
  ['the label __proto__', 'bad_labels', Buffer.from(written({}).toString().replace('"job"', '"__proto__"'))],
  ['half a surrogate pair', 'bad_labels', Buffer.from(written({}).toString().replace('"node"', '"\\ud800"'))],
  ['a label too long', 'too_long_label', written({ labels: { a: 'x'.repeat(201) } })],
  ['a name too long', 'too_long_label', written({ name: 'x'.repeat(201) })],
  [
    'too many labels',
    'too_many_labels',
    written({ labels: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`l${i}`, 'x'])) }),
  ],
];

formatContract({
  format,
  timeUnitMs: 1,
  encode: ({ metric, labels, timeMs, value }) =>
    Buffer.from(
      JSON.stringify({
        name: metric,
        timestamp: new Date(timeMs).toISOString(),
        value: goFloat(value),
        labels,
      }),
    ),
  broken: cases.map(([what, reason, bytes]) => ({ what, reason, bytes })),
});

test('reads a record as prometheus-kafka-adapter writes it, which repeats the name among the labels', () => {
  const line =
    '{"labels":{"__name__":"up","instance":"db-3","job":"node"},"name":"up","timestamp":"2026-11-24T03:00:00Z","value":"1"}';
  expect(samplesOf(Buffer.from(line))).toEqual([
    { metric: 'up', labels: { instance: 'db-3', job: 'node' }, timeMs: Date.UTC(2026, 10, 24, 3), value: 1 },
  ]);
});

test('takes an empty label value for no label, as Prometheus does', () => {
  expect(samplesOf(written({ labels: { a: '', b: 'x' } }))[0]?.labels).toEqual({ b: 'x' });
});

test('keeps labels whose names look like its own words', () => {
  const labels = { reason: 'x', detail: 'y', constructor: 'z' };
  expect(samplesOf(written({ labels }))[0]?.labels).toEqual(labels);
});

test('reads NaN and both infinities', () => {
  const values = ['NaN', '+Inf', 'Inf', '-Inf', '-1.5e-3'].map(
    (value) => samplesOf(written({ value }))[0]?.value,
  );
  expect(values).toEqual([NaN, Infinity, Infinity, -Infinity, -0.0015]);
});

test('says what it saw and what it expected', () => {
  const { rejects } = format.decode(written({ value: 'many' }), testLimits);
  expect(rejects[0]?.detail).toContain('"many"');
  expect(rejects[0]?.detail).toContain('decimal');
});

test('takes Unix seconds for a time, and a number for a value', () => {
  const samples = [1_790_000_000.5, '1790000000.5'].map(
    (timestamp) => samplesOf(written({ timestamp, value: 0.25 }))[0],
  );
  const expected = { metric: 'up', labels: { job: 'node' }, timeMs: 1_790_000_000_500, value: 0.25 };
  expect(samples).toEqual([expected, expected]);
});
