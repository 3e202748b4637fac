import { expect, test } from 'vitest';
import { json } from '../../../src/ingest/formats/json.ts';
import type { RecordMapping } from '../../../src/ingest/formats/mapped-records.ts';
import { finiteNumber, formatContract, testLimits } from './format-contract.ts';

const telegraf: RecordMapping = {
  records: null,
  time: 'timestamp',
  timeUnit: 's',
  name: 'name',
  labels: 'tags',
  values: ['fields'],
};
const read = (mapping: RecordMapping, value: unknown) =>
  json(mapping).decode(Buffer.from(JSON.stringify(value)), testLimits);
const intact = { time: 1, name: 'up', labels: { job: 'a' }, value: 0.5 };
const plain: RecordMapping = {
  records: null,
  time: 'time',
  timeUnit: 'ms',
  name: 'name',
  labels: 'labels',
  values: ['value'],
};
const written = (changes: object): Buffer => Buffer.from(JSON.stringify({ ...intact, ...changes }));

formatContract({
  format: json(plain),
  timeUnitMs: 1,
  value: finiteNumber,
  encode: ({ metric, labels, timeMs, value }) =>
    Buffer.from(JSON.stringify({ name: metric, time: timeMs, labels, value })),
  broken: [
    { what: 'bytes that are not UTF-8', reason: 'not_utf8', bytes: Buffer.from([0x7b, 0xff, 0x7d]) },
    { what: 'half a record', reason: 'not_json', bytes: written({}).subarray(0, 20) },
    { what: 'a number', reason: 'not_object', bytes: Buffer.from('1') },
    { what: 'an empty list', reason: 'not_object', bytes: Buffer.from('[]') },
    { what: 'no time', reason: 'bad_time', bytes: written({ time: undefined }) },
    { what: 'a negative time', reason: 'bad_time', bytes: written({ time: -1 }) },
    { what: 'no name', reason: 'bad_name', bytes: written({ name: undefined }) },
    { what: 'a name that is a number', reason: 'bad_name', bytes: written({ name: 5 }) },
    { what: 'labels that are a list', reason: 'bad_labels', bytes: written({ labels: ['x'] }) },
    { what: 'a label that is an object', reason: 'bad_labels', bytes: written({ labels: { a: {} } }) },
    { what: 'no value', reason: 'bad_value', bytes: written({ value: undefined }) },
    {
      what: 'a value beyond double precision',
      reason: 'bad_value',
      bytes: Buffer.from(written({}).toString().replace('0.5', '1e999')),
    },
  ],
});

test('reads JSON as Telegraf writes it', () => {
  const record = {
    fields: { usage_idle: 98.5, usage_user: 1, uptime_format: 'a day', is_up: true },
    name: 'cpu',
    tags: { host: 'db-3', 'my.tag': 'x' },
    timestamp: 1_790_000_000,
  };
  const at = { labels: { host: 'db-3', my_tag: 'x' }, timeMs: 1_790_000_000_000 };
  expect(read(telegraf, record)).toMatchObject({
    samples: [
      { metric: 'cpu_usage_idle', value: 98.5, ...at },
      { metric: 'cpu_usage_user', value: 1, ...at },
      { metric: 'cpu_is_up', value: 1, ...at },
    ],
    rejects: [],
    skipped: 1,
  });
});

test('reads many observations of one record, each for itself', () => {
  const mapping = { ...telegraf, records: 'metrics' };
  const good = { fields: { a: 1 }, name: 'm', tags: {}, timestamp: 1 };
  const { samples, rejects } = read(mapping, { metrics: [good, { ...good, timestamp: 'soon' }, 7, good] });
  expect(samples).toHaveLength(2);
  expect(rejects.map(({ reason }) => reason)).toEqual(['bad_time', 'not_object']);
});

test('reads flat records: values and labels by a path each', () => {
  const mapping: RecordMapping = {
    records: null,
    time: 'ts',
    timeUnit: 'ms',
    name: null,
    labels: { instance: 'source.host', rack: 'source.rack' },
    values: ['cpu', 'memory.used', 'gone'],
  };
  const record = {
    ts: '2026-11-24T03:00:00Z',
    source: { host: 'db-3', rack: 7 },
    cpu: '0.5',
    memory: { used: 9 },
  };
  const at = { labels: { instance: 'db-3', rack: '7' }, timeMs: Date.UTC(2026, 10, 24, 3) };
  expect(read(mapping, record).samples).toEqual([
    { metric: 'cpu', value: 0.5, ...at },
    { metric: 'used', value: 9, ...at },
  ]);
});

test.each([
  ['s', 1_790_000_000.25],
  ['ms', 1_790_000_000_250],
  ['us', 1_790_000_000_250_000],
  ['ns', '1790000000250999999'],
] as const)('reads a time in %s', (timeUnit, time) => {
  expect(read({ ...plain, timeUnit }, { ...intact, time }).samples[0]?.timeMs).toBe(1_790_000_000_250);
});

test('joins nested keys, and does not follow them into the deep', () => {
  const deep = Array.from({ length: 50 }).reduce((inner) => ({ k: inner }), 1 as unknown);
  const { samples, rejects } = read(plain, { ...intact, value: { a: { b: 2 }, deep } });
  expect(samples.map(({ metric, value }) => [metric, value])).toEqual([['up_a_b', 2]]);
  expect(rejects[0]?.detail).toContain('deeper than 8');
});

test('finds a key with a dot in it by an escaped path', () => {
  const { samples } = read({ ...plain, values: ['a\\.b'] }, { ...intact, 'a.b': 3 });
  expect(samples[0]?.value).toBe(3);
});

test('does not find what every object inherits', () => {
  expect(read({ ...plain, values: ['constructor.length'] }, intact).rejects[0]?.reason).toBe('bad_value');
});
