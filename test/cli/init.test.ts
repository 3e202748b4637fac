import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { customRecords, hostSamples, prometheusRecords } from '../app/discovery/host-samples.ts';
import { createTopic, produce, sharedKafka, uniqueName } from '../support/kafka.ts';
import { runStrayd } from './run-strayd.ts';

const PLAN = {
  hosts: ['db-1:9100', 'db-2:9100', 'web-1:9100'],
  fromMs: Date.UTC(2026, 9, 1),
  stepMs: 15_000,
  steps: 300,
};

describe('strayd init', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strayd-init-'));
  let brokers = '';
  let topic = '';
  const written = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const init = (...args: string[]) =>
    runStrayd(['init', '--yes', '--brokers', brokers, ...args], { cwd: folder });

  beforeAll(async () => {
    const shared = (await sharedKafka()).brokers;
    brokers = shared.join(',');
    topic = await createTopic(shared, 4);
    await produce(shared, topic, prometheusRecords(hostSamples(PLAN), 4));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('writes a commented configuration of an unknown topic that check passes, offline and online', async () => {
    const { code, stdout, stderr } = await init('--topic', topic);
    expect(stderr).toContain('prometheus_json');
    expect(code).toBe(0);
    expect(stdout).toContain('strayd.yaml is written.');
    const text = written('strayd.yaml');
    const { config, warnings } = loadConfig('strayd.yaml', {}, () => text);
    expect(warnings).toEqual([]);
    const [detector] = config.detectors;
    expect(detector).toMatchObject({ mode: 'observe', entity: ['instance'], stepMs: 15_000 });
    expect(detector?.features.map(({ name, as }) => `${name} ${as}`)).toEqual([
      'node_cpu_seconds_system rate',
      'node_cpu_seconds_user rate',
      'node_filesystem_free_ratio gauge',
      'node_load1 gauge',
      'node_memory_MemAvailable_bytes gauge',
      'node_network_receive_bytes rate',
    ]);
    expect(text).toContain('#   node_memory_MemTotal_bytes: it never changed in the sample');
    expect(text).toContain('#   node_load1_copy: it moves exactly as node_load1 does');
    expect(text).toContain('#   node_time_seconds: a clock');
    expect(text).toContain(
      '# instance has 3 values (db-1:9100, db-2:9100, web-1:9100) and is on 100 % of the series',
    );

    const check = await runStrayd(['check'], { cwd: folder });
    expect(check).toMatchObject({ code: 0, stderr: '' });
    const online = await runStrayd(['check', '--online'], { cwd: folder });
    expect(online.stdout).toMatch(/samples of 3 entities$/m);
    expect(online).toMatchObject({ code: 0, stderr: '' });
    const plan = await runStrayd(['check', '--plan'], { cwd: folder });
    expect(plan).toMatchObject({ code: 0, stderr: '' });
    expect(plan.stdout).toMatch(/watches {4}3 entities, 24 series, 6 features$/m);
    expect(plan.stdout).toMatch(/history {4}the topics keep 1h15m; all of it is read/);
    expect(plan.stdout).toMatch(
      /first alert in \S+ at the earliest, for it has to wait 4h\S* for history.*in observe mode none is sent/,
    );
    const asJson = await runStrayd(['check', '--plan', '--json'], { cwd: folder });
    const { plans } = JSON.parse(asJson.stdout) as { plans: { entities: number; incidentsPerDay: number }[] };
    expect(plans[0]).toMatchObject({ entities: 3, series: 24 });
  }, 60_000);

  it('never overwrites a file unless it is told to', async () => {
    writeFileSync(join(folder, 'mine.yaml'), 'mine');
    const refused = await init('--topic', topic, '--out', 'mine.yaml');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(
      'mine.yaml is there already; name another file with --out, or overwrite it with --force',
    );
    expect(written('mine.yaml')).toBe('mine');
    expect((await init('--topic', topic, '--out', 'mine.yaml', '--force')).code).toBe(0);
    expect(written('mine.yaml')).toContain('detectors:');
  }, 60_000);

  it('maps JSON of a shape of its own', async () => {
    const shared = (await sharedKafka()).brokers;
    const own = await createTopic(shared, 1);
    await produce(shared, own, customRecords(hostSamples(PLAN)));
    const { code, stderr } = await init('--topic', own, '--out', 'own.yaml');
    expect(stderr).toContain('entity: source_hostname, 3 seen');
    expect(code).toBe(0);
    const online = await runStrayd(['check', '--online', '--config', 'own.yaml'], { cwd: folder });
    expect(online).toMatchObject({ code: 0, stderr: '' });
  }, 60_000);

  it('lists the topics there are when the one named is missing, and writes nothing', async () => {
    const { code, stderr } = await init('--topic', 'metrcs', '--out', 'none.yaml');
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`There is no topic metrcs: there are .*metrics-`));
    expect(existsSync(join(folder, 'none.yaml'))).toBe(false);
  });

  it('says what an empty or unreadable topic lacks', async () => {
    const shared = (await sharedKafka()).brokers;
    const empty = await createTopic(shared, 1);
    expect((await init('--topic', empty, '--out', 'none.yaml')).stderr).toContain('holds no records yet');
    const noise = await createTopic(shared, 1);
    await produce(
      shared,
      noise,
      Array.from({ length: 20 }, (_, i) => ({ partition: 0, timeMs: i, value: `hm ${i}` })),
    );
    const { code, stderr } = await init('--topic', noise, '--out', 'none.yaml');
    expect(code).toBe(1);
    expect(stderr).toMatch(/was not recognised: of 20 records tried, read whole were: .*docs\/formats\.md/s);
  }, 60_000);

  it('says where it could not reach Kafka', async () => {
    const { code, stderr } = await runStrayd(
      ['init', '-y', '-b', '127.0.0.1:9', '-t', 'a', '-o', 'none.yaml'],
      { cwd: folder },
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/Kafka at 127\.0\.0\.1:9: .*correct --brokers/);
  });

  it('asks for what a script left out', async () => {
    const none = await runStrayd(['init', '--yes', '--out', 'none.yaml'], { cwd: folder });
    expect(none).toMatchObject({ code: 2 });
    expect(none.stderr).toContain('Give --brokers host:port');
    const noTopic = await init('--out', 'none.yaml');
    expect(noTopic.code).toBe(2);
    expect(noTopic.stderr).toContain('Name one with --topic');
    const badFlags = await init('--topic', topic, '--sasl', 'plain', '--out', 'none.yaml');
    expect(badFlags.code).toBe(2);
    expect(badFlags.stderr).toContain("The flags for Kafka can't be used");
    expect(uniqueName('x')).not.toBe(topic);
  }, 60_000);
});
