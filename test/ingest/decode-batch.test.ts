import { expect, test } from 'vitest';
import type { RawBatch, RawRecord } from '../../src/core/records.ts';
import { decodeBatch } from '../../src/ingest/decode-batch.ts';
import { prometheusJson } from '../../src/ingest/formats/prometheus-json.ts';
import type { SampleFormat } from '../../src/ingest/formats/sample-format.ts';
import { testLimits } from './formats/format-contract.ts';

const good = '{"name":"up","timestamp":"2026-11-24T03:00:00Z","value":"1","labels":{"job":"node"}}';
const record = (offset: number, value: string | null): RawRecord => ({
  offset,
  timeMs: 1_000 + offset,
  key: null,
  value: value === null ? null : Buffer.from(value),
});
const batchOf = (...records: RawRecord[]): RawBatch => ({
  source: 'node',
  topic: 'metrics',
  partition: 2,
  firstOffset: 10,
  nextOffset: 20,
  highWatermark: 25,
  records,
});
const json = prometheusJson();

test('keeps good records beside bad ones, and the offsets of the batch', () => {
  const slice = decodeBatch(batchOf(record(10, good), record(11, 'x'), record(19, good)), json, testLimits);
  expect(slice.records.map(({ offset, timeMs }) => [offset, timeMs])).toEqual([
    [10, 1010],
    [19, 1019],
  ]);
  expect(slice).toMatchObject({
    source: 'node',
    topic: 'metrics',
    partition: 2,
    firstOffset: 10,
    nextOffset: 20,
  });
});

test('makes a dead letter with the bytes, the place and the reason', () => {
  const slice = decodeBatch(batchOf(record(11, 'x')), json, testLimits);
  const place = { source: 'node', topic: 'metrics', partition: 2, offset: 11 };
  const detail = 'the value is not JSON';
  expect(slice.deadLetters).toEqual([{ ...place, reason: 'not_json', detail, bytes: new Uint8Array([120]) }]);
});

test('calls a tombstone by its name', () => {
  const slice = decodeBatch(batchOf(record(11, null)), json, testLimits);
  expect(slice.deadLetters.map(({ reason, bytes }) => [reason, bytes.length])).toEqual([['no_value', 0]]);
});

test('rejects a record over the size limit unread and keeps no more of it than the limit', () => {
  const slice = decodeBatch(batchOf(record(11, good)), json, { ...testLimits, maxRecordBytes: 20 });
  expect(slice.deadLetters.map(({ reason, bytes }) => [reason, bytes.length])).toEqual([['too_large', 20]]);
  expect(slice.records).toEqual([]);
});

test('rejects a record with more samples than allowed', () => {
  const sample = { metric: 'up', labels: {}, timeMs: 1, value: 1 };
  const many: SampleFormat = {
    name: 'many',
    decode: () => ({ samples: [sample, sample, sample], rejects: [] }),
  };
  const slice = decodeBatch(batchOf(record(11, 'x')), many, { ...testLimits, maxSamplesPerRecord: 2 });
  expect(slice.deadLetters.map(({ reason }) => reason)).toEqual(['too_many_samples']);
});

test('makes one dead letter a reason, which tells how many there are; they share one copy of the bytes', () => {
  const format: SampleFormat = {
    name: 'many',
    decode: () => ({
      samples: [],
      rejects: [
        { reason: 'bad_value', detail: 'no number' },
        { reason: 'bad_time', detail: 'no time' },
        { reason: 'bad_value', detail: 'none either' },
      ],
    }),
  };
  const [first, second, ...rest] = decodeBatch(batchOf(record(11, 'xyz')), format, testLimits).deadLetters;
  expect([first?.detail, second?.detail]).toEqual([
    'no number (and 1 more like it in this record)',
    'no time',
  ]);
  expect(first?.bytes).toEqual(new Uint8Array([120, 121, 122]));
  expect(second?.bytes).toBe(first?.bytes);
  expect(rest).toEqual([]);
});

test('passes on what is no sample at all, to be counted', () => {
  const format: SampleFormat = { name: 'texts', decode: () => ({ samples: [], rejects: [], skipped: 3 }) };
  expect(decodeBatch(batchOf(record(11, 'x')), format, testLimits).records).toEqual([
    { offset: 11, timeMs: expect.any(Number) as number, samples: [], skipped: 3 },
  ]);
});
