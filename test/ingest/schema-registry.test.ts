import avsc from 'avsc';
import { afterEach, expect, test } from 'vitest';
import { AvroCursor } from '../../src/ingest/formats/avro-cursor.ts';
import { SchemaRegistry } from '../../src/ingest/schema-registry.ts';
import { fakeRegistry, type FakeRegistry } from '../support/fake-registry.ts';
import { waitFor } from '../support/wait-for.ts';

const opened: FakeRegistry[] = [];
afterEach(async () => {
  for (const registry of opened.splice(0)) await registry.close();
});

const started = async (answers: Readonly<Record<string, unknown>>): Promise<FakeRegistry> => {
  const registry = await fakeRegistry(answers);
  opened.push(registry);
  return registry;
};

const clientOf = (url: string, authorization: string | null = null): SchemaRegistry =>
  new SchemaRegistry({ url, authorization, retryMs: [5, 5] });

/** A wait that remembers what it was told. */
const waiting = () => {
  const told: (string | null)[] = [];
  const stop = new AbortController();
  return {
    told,
    stop,
    wait: { signal: stop.signal, trouble: (message: string | null) => void told.push(message) },
  };
};

const point = JSON.stringify({
  type: 'record',
  name: 'Point',
  namespace: 'geo',
  fields: [{ name: 'x', type: 'int' }],
});

test('asks for a schema once, with the log-in, and reads by it', async () => {
  const registry = await started({ '/schemas/ids/7': { schema: point } });
  const client = clientOf(registry.url, 'Bearer abc');
  const { wait, told } = waiting();
  await client.learn(new Set([7]), wait);
  await client.learn(new Set([7]), wait);
  expect(registry.asked).toEqual(['/schemas/ids/7']);
  expect(registry.logins).toEqual(['Bearer abc']);
  expect(told).toEqual([]);
  const schema = client.schema(7);
  const bytes = avsc.Type.forSchema(JSON.parse(point) as avsc.Schema).toBuffer({ x: -5 });
  expect(schema !== undefined && 'read' in schema && schema.read(new AvroCursor(bytes))).toEqual({ x: -5 });
});

test('keeps the path of its address', async () => {
  const registry = await started({ '/apis/ccompat/v7/schemas/ids/1': { schema: '"int"' } });
  const client = clientOf(`${registry.url}/apis/ccompat/v7`);
  await client.learn(new Set([1]), waiting().wait);
  expect(client.schema(1)).toHaveProperty('read');
});

test('waits for a registry that fails, says so once, and says when it is back', async () => {
  const registry = await started({ '/schemas/ids/7': 500 });
  const client = clientOf(registry.url);
  const { wait, told } = waiting();
  const learned = client.learn(new Set([7]), wait);
  await waitFor('three attempts', () => registry.asked.length >= 3);
  expect(told).toEqual([expect.stringMatching(/answered 500 /)]);
  registry.answers.set('/schemas/ids/7', { schema: point });
  await learned;
  expect(told.at(-1)).toBeNull();
  expect(told).toHaveLength(2);
});

test('says what kept it from a registry that is down, and ends when told to', async () => {
  const registry = await fakeRegistry();
  await registry.close();
  const { wait, told, stop } = waiting();
  const learned = clientOf(registry.url).learn(new Set([7]), wait);
  await waitFor('the trouble', () => told.length > 0);
  expect(told[0]).toMatch(/ECONNREFUSED/);
  stop.abort();
  await learned;
});

test('says of an address that is no registry what it answered', async () => {
  const registry = await started({ '/schemas/ids/7': '<html>Hello</html>' });
  const { wait, told, stop } = waiting();
  const learned = clientOf(registry.url).learn(new Set([7]), wait);
  await waitFor('the trouble', () => told.length > 0);
  expect(told[0]).toMatch(/answered no JSON: "<html>Hello<\/html>"; is the address a schema registry's\?/);
  stop.abort();
  await learned;
});

test.each([
  ['that it does not have', 404, 'unknown_schema', /does not know schema 7/],
  [
    'of another kind',
    { schema: 'message', schemaType: 'PROTOBUF' },
    'bad_schema',
    /is PROTOBUF, AVRO is expected/,
  ],
  [
    'that is broken',
    { schema: '{"type":"record"}' },
    'bad_schema',
    /schema 7: .*has a list of fields|list of fields/,
  ],
])('makes a schema %s the record’s fault', async (_what, answer, reason, detail) => {
  const registry = await started({ '/schemas/ids/7': answer });
  const client = clientOf(registry.url);
  const { wait, told } = waiting();
  await client.learn(new Set([7]), wait);
  expect(client.schema(7)).toEqual({ problem: { reason, detail: expect.stringMatching(detail) } });
  expect(told).toEqual([]);
});

test('reads schemas that refer to others, which may refer to others again', async () => {
  const line = '{"type":"record","name":"Line","fields":[{"name":"from","type":"geo.Point"}]}';
  const path =
    '{"type":"record","name":"Path","fields":[{"name":"lines","type":{"type":"array","items":"Line"}}]}';
  const registry = await started({
    '/schemas/ids/9': { schema: path, references: [{ name: 'Line', subject: 'line', version: 2 }] },
    '/subjects/line/versions/2': {
      schema: line,
      references: [{ name: 'geo.Point', subject: 'geo/point', version: 1 }],
    },
    '/subjects/geo%2Fpoint/versions/1': { schema: point },
  });
  const client = clientOf(registry.url);
  await client.learn(new Set([9]), waiting().wait);
  const schema = client.schema(9);
  // One block of one line with x = 3, then the end.
  const bytes = Buffer.from([2, 6, 0]);
  expect(schema !== undefined && 'read' in schema && schema.read(new AvroCursor(bytes))).toEqual({
    lines: [{ from: { x: 3 } }],
  });
});
