import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import avsc from 'avsc';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runStrayd } from '../cli/run-strayd.ts';
import { fakeRegistry } from '../support/fake-registry.ts';
import { createTopic, produce, sharedKafka, uniqueName } from '../support/kafka.ts';
import { metricValue, startStrayd } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';

const RECORDS = 40;
const READ = 'strayd_samples_total{source="hosts",result="accepted"}';
const schema = {
  type: 'record',
  name: 'Load',
  fields: [
    { name: 'host', type: 'string' },
    { name: 'at', type: 'long' },
    { name: 'load', type: 'double' },
  ],
} as const;

let brokers: readonly string[] = [];
const folder = mkdtempSync(join(tmpdir(), 'strayd-avro-'));
beforeAll(async () => {
  brokers = (await sharedKafka()).brokers;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function configFor(topic: string, registry: string): Record<string, unknown> {
  writeFileSync(join(folder, 'password'), 'secret\n');
  const avro = {
    registry: { url: registry, username: 'strayd', password_file: 'password' },
    time: 'at',
    time_unit: 'ms',
    labels: { instance: 'host' },
    values: 'load',
  };
  return {
    kafka: { brokers, group_id: uniqueName('group') },
    sources: [{ name: 'hosts', topics: [topic], format: 'avro', avro }],
    detectors: [{ name: 'hosts', entity: ['instance'], features: [{ metric: 'load' }], step: '1m' }],
    store: { path: join(folder, 'data') },
  };
}

/** `strayd check --online` of the configuration. */
function checkOnline(config: Record<string, unknown>) {
  writeFileSync(join(folder, 'check.yaml'), JSON.stringify(config));
  return runStrayd(['check', '--config', join(folder, 'check.yaml'), '--online']);
}

it('a source of Avro waits for a registry that is down, says so, and then reads every record', async () => {
  const topic = await createTopic(brokers, 1);
  const type = avsc.Type.forSchema(schema as unknown as avsc.Schema);
  const value = (index: number): Buffer =>
    Buffer.concat([
      Buffer.from([0, 0, 0, 0, 3]),
      type.toBuffer({ host: `db-${index % 4}`, at: 1_700_000_000_000 + index * 15_000, load: index }),
    ]);
  await produce(
    brokers,
    topic,
    Array.from({ length: RECORDS }, (_, index) => ({
      partition: 0,
      timeMs: 1_700_000_000_000 + index * 15_000,
      value: value(index),
    })),
  );
  const registry = await fakeRegistry({ '/schemas/ids/3': 503 });
  const config = configFor(topic, registry.url);
  try {
    const blind = await checkOnline(config);
    expect(blind.code).toBe(1);
    expect(blind.stdout + blind.stderr).toMatch(/source hosts: Schema registry http:\S+ answered 503/);

    const strayd = await startStrayd(folder, config);
    await waitFor('the trouble to be told', () => strayd.log().includes('source_trouble'));
    expect(await strayd.metrics()).not.toMatch(/^strayd_dead_letters_total\{/m);
    registry.answers.set('/schemas/ids/3', { schema: JSON.stringify(schema) });
    await waitFor('every record', async () => metricValue(await strayd.metrics(), READ) === RECORDS);
    expect(strayd.log()).toContain('source_recovered');
    expect(strayd.log()).not.toContain('secret');
    expect(await strayd.stop()).toBe(0);

    const seeing = await checkOnline(config);
    expect(seeing.stdout).toContain(`the newest ${RECORDS} records: ${RECORDS} samples`);
    expect(new Set(registry.logins)).toEqual(new Set([`Basic ${btoa('strayd:secret')}`]));
  } finally {
    await registry.close();
  }
}, 90_000);
