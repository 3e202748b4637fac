import snappy from 'snappyjs';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { proposeJsonMapping } from '../../../src/ingest/formats/propose-json-mapping.ts';
import { recogniseFormat } from '../../../src/ingest/formats/recognise-format.ts';
import { testLimits } from './format-contract.ts';
import { writeRequest1, writeRequest2 } from './written-requests.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const page = readFileSync(resolve(import.meta.dirname, '../../../docs/formats.md'), 'utf8');
const examples = [...page.matchAll(/```(?:json|text) (\w+)\n([\s\S]*?)```/g)]
  .map(([, format = '', text = '']) => ({ format, record: bytes(text.trim()) }))
  // The schema of a record, not a record.
  .filter(({ format }) => format !== 'avro_schema');

describe('recogniseFormat', () => {
  test.each(examples)('knows the example of $format in the docs', ({ format, record }) => {
    const { choice, trials } = recogniseFormat([record, record], testLimits);
    expect(choice?.format).toBe(format);
    expect(trials[0]).toMatchObject({ whole: 2, rejects: 0 });
  });

  test('knows remote write, with snappy and without', () => {
    const up = {
      metric: 'up',
      labels: { job: 'node', instance: 'db-3' },
      timeMs: 1_790_000_000_123,
      value: 1,
    };
    for (const plain of [writeRequest1([up, up]), writeRequest2([up, up])]) {
      for (const body of [plain, snappy.compress(plain)])
        expect(recogniseFormat([body], testLimits).choice?.format).toBe('remote_write');
    }
  });

  test('says of a schema registry’s records that they look like Avro, and of nothing else', () => {
    const framed = new Uint8Array([0, 0, 0, 0, 42, 6, 102, 111, 111]);
    const broken = bytes('neither this nor that');
    expect(recogniseFormat([framed, framed, broken], testLimits)).toMatchObject({
      choice: null,
      avroSchemas: [42],
    });
    expect(recogniseFormat([framed, broken, broken], testLimits).avroSchemas).toEqual([]);
    expect(recogniseFormat([writeRequest1([])], testLimits).avroSchemas).toEqual([]);
  });

  test('bears with some bad records, and names no format for what none can read', () => {
    const good = bytes('cpu,host=a usage=1 1790000000000000000');
    const bad = bytes('not a line');
    expect(recogniseFormat([good, good, bad], testLimits).choice?.format).toBe('influx');
    expect(recogniseFormat([good, bad, bad], testLimits).choice).toBeNull();
    expect(recogniseFormat([], testLimits).choice).toBeNull();
  });
});

describe('proposeJsonMapping', () => {
  test('takes the well-known keys', () => {
    const record = { fields: { idle: 1 }, name: 'cpu', tags: { host: 'a' }, timestamp: 1790000000 };
    expect(proposeJsonMapping([record])).toEqual({
      records: null,
      time: 'timestamp',
      timeUnit: 's',
      name: 'name',
      labels: 'tags',
      values: ['fields'],
    });
  });

  test('finds its way by the kinds of values where no key is known', () => {
    const record = {
      when: '2026-11-24T03:00:00Z',
      'machine.name': 'm1',
      device_id: 17,
      pressure: 2.5,
      rpm: 900,
    };
    expect(proposeJsonMapping([record])).toEqual({
      records: null,
      time: 'when',
      timeUnit: 's',
      name: null,
      labels: { machine_name: 'machine\\.name', device_id: 'device_id' },
      values: ['pressure', 'rpm'],
    });
  });

  test('tells units of time by the century they give', () => {
    const unitOf = (ts: number) => proposeJsonMapping([{ ts, x: 1 }])?.timeUnit;
    expect([1.79e9, 1.79e12, 1.79e15, 1.79e18].map(unitOf)).toEqual(['s', 'ms', 'us', 'ns']);
  });

  test('looks into a list of records, and gives up without a time or a number', () => {
    expect(proposeJsonMapping([{ data: [{ time: 1.79e9, v: 1, host: 'a' }] }])?.records).toBe('data');
    expect(proposeJsonMapping([[{ time: 1.79e9, v: 1 }]])?.values).toEqual(['v']);
    expect(proposeJsonMapping([{ v: 1 }])).toBeNull();
    expect(proposeJsonMapping([{ time: 1.79e9, v: 'warm' }])).toBeNull();
    expect(proposeJsonMapping([null, 3, 'x'])).toBeNull();
  });
});
