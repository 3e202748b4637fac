import avsc from 'avsc';
import { describe, expect, test } from 'vitest';
import { AvroCursor } from '../../../src/ingest/formats/avro-cursor.ts';
import { AvroSchemas, type AvroReader } from '../../../src/ingest/formats/avro-schema.ts';
import { avro, type KnownSchema } from '../../../src/ingest/formats/avro.ts';
import type { RecordMapping } from '../../../src/ingest/formats/mapped-records.ts';
import { formatContract, testLimits } from './format-contract.ts';

const mapping: RecordMapping = {
  records: null,
  time: 'time',
  timeUnit: 'ms',
  name: 'name',
  labels: 'labels',
  values: ['value'],
};

const sampleSchema = {
  type: 'record',
  name: 'Sample',
  namespace: 'org.example',
  fields: [
    { name: 'name', type: 'string' },
    { name: 'labels', type: { type: 'map', values: 'string' } },
    { name: 'time', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'value', type: 'double' },
  ],
};

/** Confluent's wire format. */
const framed = (id: number, body: Uint8Array): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  return Buffer.concat([head, body]);
};

/** The format with schemas known beforehand, by id. */
const avroOf = (schemas: Readonly<Record<number, unknown>>, as: RecordMapping = mapping) => {
  const known = new Map<number, KnownSchema>(
    Object.entries(schemas).map(([id, schema]) => [
      Number(id),
      { read: new AvroSchemas().read(JSON.stringify(schema)) },
    ]),
  );
  return avro(as, { schema: (id) => known.get(id), learn: () => Promise.resolve() });
};

/** The whole of the bytes as one value. */
const readAll = (read: AvroReader, bytes: Uint8Array): unknown => {
  const cursor = new AvroCursor(bytes);
  const value = read(cursor);
  expect(cursor.left).toBe(0);
  return value;
};

const sampleType = avsc.Type.forSchema(sampleSchema as avsc.Schema);
const valid = sampleType.toBuffer({ name: 'up', labels: { job: 'node' }, time: 1000, value: 1 });

formatContract({
  format: avroOf({ 7: sampleSchema }),
  timeUnitMs: 1,
  encode: ({ metric, labels, timeMs, value }) =>
    framed(7, sampleType.toBuffer({ name: metric, labels, time: timeMs, value })),
  broken: [
    ['an empty value', 'bad_encoding' as const, Buffer.alloc(0)],
    ['another magic byte', 'bad_encoding' as const, Buffer.concat([Buffer.from([1, 0, 0, 0, 7]), valid])],
    ['a schema that was never asked for', 'unknown_schema' as const, framed(8, valid)],
    ['a record cut off', 'bad_encoding' as const, framed(7, valid.subarray(0, -1))],
    ['bytes left over', 'bad_encoding' as const, framed(7, Buffer.concat([valid, Buffer.from([0])]))],
    [
      'a negative time',
      'bad_time' as const,
      framed(7, sampleType.toBuffer({ name: 'up', labels: {}, time: -5, value: 1 })),
    ],
  ].map(([what, reason, bytes]) => ({ what, reason, bytes }) as never),
});

describe('a schema', () => {
  const host = {
    type: 'record',
    name: 'Host',
    namespace: 'a.b',
    fields: [
      { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['WEB', 'DB'] } },
      { name: 'id', type: { type: 'fixed', name: 'Id', size: 2 } },
    ],
  };
  const schema = {
    type: 'record',
    name: 'Metrics',
    namespace: 'a.b',
    fields: [
      { name: 'host', type: host },
      { name: 'second', type: ['null', 'Host'] },
      { name: 'at', type: 'int' },
      {
        name: 'fields',
        type: { type: 'map', values: ['null', 'double', 'long', 'string', 'boolean', 'float'] },
      },
      { name: 'list', type: { type: 'array', items: 'a.b.Kind' } },
    ],
  };
  const by: RecordMapping = {
    records: null,
    time: 'at',
    timeUnit: 's',
    name: null,
    labels: { kind: 'host.kind', id: 'host.id', second: 'second.kind' },
    values: ['fields'],
  };

  test('may nest, name types, and choose: unions, enums, fixed, maps and lists are read as they are meant', () => {
    const type = avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: true });
    const bytes = type.toBuffer({
      host: { kind: 'DB', id: Buffer.from([0xab, 0x01]) },
      second: { 'a.b.Host': { kind: 'WEB', id: Buffer.from([0, 0]) } },
      at: 1_700_000_000,
      fields: {
        idle: { double: 98.5 },
        count: { long: -3 },
        up: { boolean: true },
        none: null,
        text: { string: 'x' },
        nan: { float: NaN },
      },
      list: ['WEB', 'DB'],
    });
    const labels = { kind: 'DB', id: 'ab01', second: 'WEB' };
    const timeMs = 1_700_000_000_000;
    expect(avroOf({ 1: schema }, by).decode(framed(1, bytes), testLimits)).toEqual({
      samples: [
        { metric: 'idle', labels, timeMs, value: 98.5 },
        { metric: 'count', labels, timeMs, value: -3 },
        { metric: 'up', labels, timeMs, value: 1 },
        { metric: 'nan', labels, timeMs, value: NaN },
      ],
      rejects: [],
      skipped: 2,
      stableLabels: true,
    });
  });

  test('with longs of all lengths gives them as the nearest double', () => {
    const read = new AvroSchemas().read('"long"');
    const type = avsc.Type.forSchema('long');
    for (const value of [
      0,
      -1,
      1,
      63,
      -64,
      64,
      2 ** 31,
      -(2 ** 31),
      2 ** 48,
      2 ** 49 - 1,
      -(2 ** 50),
      2 ** 52 + 1,
    ])
      expect(readAll(read, type.toBuffer(value))).toBe(value);
    // avsc writes no longs beyond 2^53: the specification's zigzag of 2^63 - 1 and -2^63 by hand.
    const largest = Buffer.from('feffffffffffffffff01', 'hex');
    const smallest = Buffer.from('ffffffffffffffffff01', 'hex');
    expect([readAll(read, largest), readAll(read, smallest)]).toEqual([2 ** 63, -(2 ** 63)]);
  });

  test('with a decimal gives the nearest double', () => {
    const read = new AvroSchemas().read('{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}');
    expect(readAll(read, avsc.Type.forSchema('bytes').toBuffer(Buffer.from('0c65', 'hex')))).toBe(31.73);
    expect(readAll(read, avsc.Type.forSchema('bytes').toBuffer(Buffer.from('ff9c', 'hex')))).toBe(-1);
  });

  test.each([
    [
      'names a type that is nowhere',
      '{"type":"record","name":"R","fields":[{"name":"a","type":"B"}]}',
      /does not define: "B"/,
    ],
    ['has a record without fields', '{"type":"record","name":"R"}', /list of fields/],
    ['has a record without a name', '{"type":"record","fields":[]}', /has a name/],
    ['is no schema', '17', /a schema is expected, seen: 17/],
    ['is no JSON and no type', '{{{', /does not define: "\{\{\{"/],
  ])('that %s is refused with its reason', (_what, text, reason) => {
    expect(() => new AvroSchemas().read(text)).toThrow(reason);
  });
});

describe('a few hostile bytes', () => {
  const lists = (items: unknown) => ({
    type: 'record',
    name: 'R',
    fields: [{ name: 'value', type: { type: 'array', items } }],
  });
  /** A count of 2^62, by zigzag. */
  const many = Buffer.from('80808080808080808001', 'hex');

  test.each([
    ['items without bytes', 'null'],
    ['items of eight bytes', 'double'],
    ['empty records', { type: 'record', name: 'E', fields: [] }],
  ])('claim any number of %s in vain', (_what, items) => {
    const format = avroOf({ 1: lists(items) });
    const { rejects } = format.decode(framed(1, Buffer.concat([many, Buffer.from([0])])), testLimits);
    expect(rejects.map(({ reason, detail }) => `${reason}: ${detail}`)).toEqual([
      expect.stringMatching(/^bad_encoding: .*items are claimed where 1 bytes are left$/),
    ]);
  });

  test('nest a schema that names itself no deeper than it may', () => {
    const self = { type: 'record', name: 'Self', fields: [{ name: 'next', type: ['null', 'Self'] }] };
    const deep = framed(1, Buffer.concat([Buffer.alloc(50_000, 2), Buffer.from([0])]));
    const { rejects } = avroOf({ 1: self }).decode(deep, testLimits);
    expect(rejects[0]?.detail).toMatch(/nested deeper than 32/);
  });
});
