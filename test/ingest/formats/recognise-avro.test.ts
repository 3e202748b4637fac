import avsc from 'avsc';
import { afterEach, expect, test } from 'vitest';
import { recogniseAvro } from '../../../src/ingest/formats/recognise-avro.ts';
import { recogniseFormat } from '../../../src/ingest/formats/recognise-format.ts';
import { fakeRegistry, type FakeRegistry } from '../../support/fake-registry.ts';
import { testLimits } from './format-contract.ts';

const registries: FakeRegistry[] = [];
afterEach(async () => {
  for (const registry of registries.splice(0)) await registry.close();
});

/** As prometheus-kafka-adapter serialises Avro. */
const adapter = {
  type: 'record',
  name: 'Metric',
  namespace: 'prometheus',
  fields: [
    { name: 'timestamp', type: 'string' },
    { name: 'value', type: 'string' },
    { name: 'name', type: 'string' },
    { name: 'labels', type: { type: 'map', values: 'string' } },
  ],
};
/** A service's own, with a logical type, a label that may be missing, and a counter. */
const orders = {
  type: 'record',
  name: 'Orders',
  fields: [
    { name: 'service', type: 'string' },
    { name: 'zone', type: ['null', 'string'] },
    { name: 'emittedAt', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'depth', type: ['null', 'int'] },
    { name: 'handled', type: 'long' },
  ],
};

const framed = (id: number, schema: object, value: unknown): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  return Buffer.concat([head, avsc.Type.forSchema(schema as avsc.Schema).toBuffer(value)]);
};
const order = (index: number): Buffer =>
  framed(4, orders, {
    service: `shop-${index % 2}`,
    zone: index % 3 === 0 ? null : 'a',
    emittedAt: 1_790_000_000_000 + index * 1000,
    depth: index % 4 === 0 ? null : index,
    handled: index * 7,
  });

const look = async (values: readonly Buffer[], answers: Readonly<Record<string, unknown>>) => {
  const registry = await fakeRegistry(answers);
  registries.push(registry);
  const found = recogniseFormat(values, testLimits);
  const access = { url: registry.url, authorization: null };
  return { ...(await recogniseAvro(found, values, { registry: access, limits: testLimits })), registry };
};

test('a record of a service’s own becomes time, labels and values, though some of them are missing at times', async () => {
  const values = Array.from({ length: 12 }, (_, index) => order(index));
  const { format, trouble, registry } = await look(values, {
    '/schemas/ids/4': { schema: JSON.stringify(orders) },
  });
  expect(trouble).toBeNull();
  expect(format.choice).toMatchObject({
    format: 'avro',
    avro: {
      records: null,
      time: 'emittedAt',
      timeUnit: 'ms',
      name: null,
      labels: { service: 'service', zone: 'zone' },
      values: ['depth', 'handled'],
    },
  });
  expect(format.trials[0]).toMatchObject({ whole: 12, rejects: 0 });
  expect(registry.asked).toEqual(['/schemas/ids/4']);
});

test('a record with name, value and a map of labels becomes one metric', async () => {
  const value = framed(9, adapter, {
    timestamp: '2026-11-24T03:00:00Z',
    value: '0.5',
    name: 'up',
    labels: { instance: 'db-3' },
  });
  const { format } = await look([value, value], { '/schemas/ids/9': { schema: JSON.stringify(adapter) } });
  expect(format.choice).toMatchObject({
    avro: { time: 'timestamp', name: 'name', labels: 'labels', values: ['value'] },
  });
});

test.each([
  ['a registry that refuses the log-in', { '/schemas/ids/4': 401 }, /answered 401/],
  ['a schema that it does not have', {}, /does not know schema 4/],
  [
    'a schema of another kind',
    { '/schemas/ids/4': { schema: 'message A {}', schemaType: 'PROTOBUF' } },
    /schema 4 is PROTOBUF/,
  ],
  ['a schema that does not fit', { '/schemas/ids/4': { schema: '"double"' } }, /no record of schema 4/],
])('says why of %s', async (_what, answers, why) => {
  const { format, trouble } = await look([order(1), order(2)], answers);
  expect(format).toMatchObject({ choice: null, avroSchemas: [4] });
  expect(trouble).toMatch(why);
});

test('says of records without a time that none can be told', async () => {
  const schema = { type: 'record', name: 'A', fields: [{ name: 'n', type: 'int' }] };
  const { trouble } = await look([framed(4, schema, { n: 2 })], {
    '/schemas/ids/4': { schema: JSON.stringify(schema) },
  });
  expect(trouble).toBe('their records have no time that could be told, or no number');
});
