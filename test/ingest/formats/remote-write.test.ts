import snappy from 'snappyjs';
import { describe, expect, test } from 'vitest';
import type { Sample } from '../../../src/core/sample.ts';
import { remoteWrite } from '../../../src/ingest/formats/remote-write.ts';
import { formatContract, testLimits } from './format-contract.ts';
import { writeRequest1, writeRequest2 } from './written-requests.ts';

const up: Sample = {
  metric: 'up',
  labels: { job: 'node', instance: 'db-3' },
  timeMs: 1_790_000_000_123,
  value: 1,
};
const down: Sample = { ...up, metric: 'down', value: -0.5 };
const format = remoteWrite();
const read = (bytes: Uint8Array) => format.decode(bytes, testLimits);

/* 0x7ff0000000000002, the NaN that means "the series has ended" (prometheus/model/value). */
const STALE = new DataView(new BigUint64Array([0x7ff0000000000002n]).buffer).getFloat64(0, true);

const broken = [
  { what: 'an empty value', reason: 'bad_encoding' as const, bytes: Buffer.alloc(0) },
  { what: 'a text', reason: 'bad_encoding' as const, bytes: Buffer.from('{"name":"up"}') },
  { what: 'half a request', reason: 'bad_encoding' as const, bytes: writeRequest1([up]).subarray(0, 30) },
  {
    what: 'a series without a name',
    reason: 'bad_name' as const,
    bytes: writeRequest1([{ ...up, metric: '' }]),
  },
  { what: 'a negative time', reason: 'bad_time' as const, bytes: writeRequest2([{ ...up, timeMs: -5 }]) },
  {
    what: 'a label too long',
    reason: 'too_long_label' as const,
    bytes: writeRequest2([{ ...up, labels: { a: 'x'.repeat(201) } }]),
  },
  {
    what: 'a decompression bomb',
    reason: 'too_large_unpacked' as const,
    bytes: snappy.compress(Buffer.alloc(2_000_000)),
  },
];

describe.each([
  ['1.0', writeRequest1],
  ['2.0', writeRequest2],
])('version %s', (_version, write) => {
  formatContract({ format, timeUnitMs: 1, encode: (sample) => write([sample]), broken });

  test('is read with snappy and without', () => {
    const bytes = write([up, down]);
    expect(read(bytes).samples).toEqual([up, down]);
    expect(read(snappy.compress(bytes)).samples).toEqual([up, down]);
  });

  test('skips native histograms and says how many', () => {
    const histograms = [{ sum: 1, schema: 0, zeroThreshold: 0, timestamp: up.timeMs }];
    expect(read(write([up, down], { histograms }))).toMatchObject({
      samples: [up, down],
      rejects: [],
      skipped: 2,
    });
  });

  test('a stale marker comes as a value that is no number', () => {
    expect(read(write([{ ...up, value: STALE }])).samples[0]?.value).toBeNaN();
  });

  test('a bad series costs the others nothing', () => {
    const { samples, rejects } = read(write([up, { ...up, labels: { a: 'x'.repeat(300) } }, down]));
    expect(samples).toEqual([up, down]);
    expect(rejects).toHaveLength(1);
  });
});

test('takes a request of metadata alone for what it is: nothing to read, nothing wrong', () => {
  const metadata = [{ type: 1, metricFamilyName: 'up', help: 'Whether it is up.' }];
  expect(read(snappy.compress(writeRequest1([], { metadata })))).toEqual({
    samples: [],
    rejects: [],
    skipped: 1,
  });
});

test('refuses a reference to a symbol that is not there', () => {
  const bytes = Buffer.from(writeRequest2([up]));
  // The table's last entry ("help") goes: field 4, four letters.
  const at = bytes.indexOf(Buffer.from('\u0022\u0004node'));
  const { samples, rejects } = read(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 6)]));
  expect(samples.length + rejects.length).toBeGreaterThan(0);
  expect(samples).not.toEqual([up]);
});
