import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import avsc from 'avsc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeRegistry, type FakeRegistry } from '../support/fake-registry.ts';
import { createTopic, produce, sharedKafka } from '../support/kafka.ts';
import { runStrayd } from './run-strayd.ts';

const FROM_MS = Date.UTC(2026, 9, 1);
const STEP_MS = 15_000;
const STEPS = 200;
const HOSTS = ['db-1', 'db-2', 'web-1'];
const SCHEMAS = '/registry/schemas/ids';

const fields = [
  { name: 'host', type: 'string' },
  { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
  { name: 'load', type: 'double' },
  { name: 'requests', type: 'long' },
];
const first = { type: 'record', name: 'Host', fields };
/** A later version of it: half way through, a producer began to send more. */
const second = { ...first, fields: [...fields, { name: 'queue', type: ['null', 'int'] }] };

function records() {
  const types = [first, second].map((schema) => avsc.Type.forSchema(schema as unknown as avsc.Schema));
  return Array.from({ length: STEPS * HOSTS.length }, (_, index) => {
    const step = Math.floor(index / HOSTS.length);
    const host = HOSTS[index % HOSTS.length] ?? '';
    const timeMs = FROM_MS + step * STEP_MS;
    const version = step < STEPS / 2 ? 0 : 1;
    const value = {
      host,
      at: timeMs,
      load: Math.sin(index * 12.9898) + 2,
      requests: 1000 + step * 50 + (index % 7),
      queue: step % 5 === 0 ? null : (index * 31) % 17,
    };
    const head = Buffer.from([0, 0, 0, 0, 3 + version]);
    return { partition: 0, timeMs, value: Buffer.concat([head, types[version]?.toBuffer(value) ?? head]) };
  });
}

describe('strayd init of a topic of Avro', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strayd-init-avro-'));
  let registry: FakeRegistry;
  let topic = '';
  let init: (...args: string[]) => ReturnType<typeof runStrayd>;
  const check = (...args: string[]) => runStrayd(['check', ...args], { cwd: folder });

  beforeAll(async () => {
    const { brokers } = await sharedKafka();
    topic = await createTopic(brokers, 1);
    await produce(brokers, topic, records());
    registry = await fakeRegistry({ [`${SCHEMAS}/3`]: { schema: JSON.stringify(first) } });
    writeFileSync(join(folder, 'password'), 'geheim\n');
    const flags = ['init', '--yes', '--brokers', brokers.join(','), '--topic', topic];
    init = (...args) => runStrayd([...flags, ...args], { cwd: folder });
  });
  afterAll(async () => {
    await registry.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says what was recognised and which flag to give, and writes nothing', async () => {
    const { code, stderr } = await init();
    expect(code).toBe(1);
    expect(stderr).toContain(
      `Topic ${topic} looks like Avro in Confluent's wire format (schemas 3, 4); its schemas lie in a registry: ` +
        'give its address with --registry',
    );
    expect(existsSync(join(folder, 'strayd.yaml'))).toBe(false);
    const login = await init('--registry-username', 'strayd');
    expect(login).toMatchObject({ code: 2 });
    expect(login.stderr).toContain('give --registry');
  }, 60_000);

  it('asks the registry, drafts a configuration that check passes, and says why where the registry does not answer', async () => {
    const flags = ['--registry', `${registry.url}/registry`, '--registry-username', 'strayd'];
    const half = await init(...flags);
    expect(half).toMatchObject({ code: 2 });
    expect(half.stderr).toMatch(/The flags for the schema registry can't be used: .*"password" is missing/);

    flags.push('--registry-password-file', 'password');
    registry.answers.set(`${SCHEMAS}/4`, 401);
    const refused = await init(...flags);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /looks like Avro .* \(schemas 3, 4\), but could not be read: Schema registry http:\S+\/registry: answered 401 .*Correct --registry/,
    );

    registry.answers.set(`${SCHEMAS}/4`, { schema: JSON.stringify(second) });
    const { code, stderr } = await init(...flags);
    expect(stderr).toContain('format: avro (1440 samples of 9 series)');
    expect(stderr).toContain('entity: host, 3 seen (db-1, db-2, web-1)');
    expect(code).toBe(0);
    expect(new Set(registry.logins)).toEqual(new Set([`Basic ${btoa('strayd:geheim')}`]));

    const text = readFileSync(join(folder, 'strayd.yaml'), 'utf8');
    expect(text).toContain(
      [
        '    avro:',
        `      registry: {url: "${registry.url}/registry", username: "strayd", password_file: "password"}`,
        '      # Guessed from the fields of schema 3, 4:',
        '      time: at',
        '      time_unit: ms',
        '      labels: {host: host}',
        '      values: [load, requests, queue]',
      ].join('\n'),
    );
    expect(text).toContain('step: 15s');
    expect(text).toMatch(/- \{metric: requests, as: rate/);
    expect(text).not.toContain('geheim');

    expect(await check()).toMatchObject({ code: 0, stderr: '' });
    const online = await check('--online');
    expect(online).toMatchObject({ code: 0, stderr: '' });
    expect(online.stdout).toMatch(/samples of 3 entities$/m);
    const plan = await check('--plan');
    expect(plan).toMatchObject({ code: 0, stderr: '' });
    expect(plan.stdout).toMatch(/watches {4}3 entities, 9 series, 3 features$/m);

    registry.answers.set(`${SCHEMAS}/4`, 503);
    const blind = await check('--plan');
    expect(blind.code).toBe(1);
    expect(blind.stdout).toMatch(
      /^ {2}not seen {3}what could not be read: Schema registry http:\S+ answered 503/m,
    );
    registry.answers.set(`${SCHEMAS}/3`, 503);
    const blinder = await check('--plan');
    expect(blinder.stdout).toMatch(
      /nothing in the sample of its topics is watched: Schema registry http:\S+ answered 503/,
    );
    registry.answers.set(`${SCHEMAS}/3`, { schema: JSON.stringify(first) });
    const auto = text.replace(/ {4}features:\n[\s\S]*? {4}step:/, '    features: auto\n    step:');
    writeFileSync(join(folder, 'auto.yaml'), auto);
    const undecided = await check('--online', '--config', 'auto.yaml');
    expect(undecided.code).toBe(1);
    expect(undecided.stderr).toMatch(
      /Features of detector hosts can't be chosen: Schema registry http:\S+ answered 503/,
    );
  }, 120_000);
});
