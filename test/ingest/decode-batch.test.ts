import { expect, test } from 'vitest';
import type { RawBatch, RawRecord } from '../../src/core/records.ts';
import { decodeBatch } from '../../src/ingest/decode-batch.ts';
import { sampleFormat } from '../../src/ingest/formats/format-registry.ts';
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
const json = sampleFormat('prometheus_json');

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

test('names the formats there are when asked for another', () => {
  expect(() => sampleFormat('avro')).toThrow('unknown format "avro"; known are: prometheus_json');
});

test('copies the bytes of a record once, however many of its samples are bad', () => {
  const reject = { reason: 'bad_value' as const, detail: 'no number' };
  const format: SampleFormat = {
    name: 'many',
    decode: () => ({ samples: [], rejects: [reject, { ...reject, detail: 'none either' }] }),
  };
  const [first, second] = decodeBatch(batchOf(record(11, 'xyz')), format, testLimits).deadLetters;
  expect(first?.bytes).toEqual(new Uint8Array([120, 121, 122]));
  expect(second?.bytes).toBe(first?.bytes);
});
