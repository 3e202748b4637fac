import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostSamples, prometheusRecords } from '../app/discovery/host-samples.ts';
import { runStrayd } from '../cli/run-strayd.ts';
import { createTopic, produce, sharedKafka, uniqueName } from '../support/kafka.ts';
import { startStrayd, type StraydProcess } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { runToEnd } from './run-to-end.ts';

const STEP_MS = 15_000;
const PLAN = { hosts: ['a', 'b', 'c'], fromMs: Date.UTC(2026, 9, 1), stepMs: STEP_MS, steps: 200 };
const CHOSEN = [
  'node_cpu_seconds_system',
  'node_cpu_seconds_user',
  'node_filesystem_free_ratio',
  'node_load1',
  'node_memory_MemAvailable_bytes',
  'node_network_receive_bytes',
];

describe('features: auto', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strayd-auto-'));
  const running: StraydProcess[] = [];
  let brokers: readonly string[];
  let topic: string;
  const config = (more: Record<string, unknown> = {}) => ({
    kafka: { brokers, group_id: uniqueName('auto') },
    sources: [{ name: 'node', topics: [topic], format: 'prometheus_json' }],
    detectors: [{ name: 'hosts', entity: ['instance'], features: 'auto', step: '15s', ...more }],
    store: { path: join(folder, 'data') },
  });

  beforeAll(async () => {
    ({ brokers } = await sharedKafka());
    topic = await createTopic(brokers, 2);
  });
  afterAll(async () => {
    for (const strayd of running) await strayd.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says what to do where there is nothing to choose from', async () => {
    const { code, stderr } = await runToEnd(folder, config());
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /Features of detector hosts can't be chosen: its select matches nothing.*Start again when there are samples/,
    );
  });

  it('are chosen once, told with their reasons, and kept when the topic changes', async () => {
    await produce(brokers, topic, prometheusRecords(hostSamples(PLAN), 2));
    const first = await startStrayd(folder, config());
    running.push(first);
    const told =
      first
        .log()
        .split('\n')
        .find((line) => line.includes('"features_chosen"')) ?? '';
    for (const name of CHOSEN) expect(told).toContain(`${name} (`);
    expect(told).toContain('it moves exactly as node_load1 does');
    expect(await first.stop()).toBe(0);

    const later = { ...PLAN, fromMs: PLAN.fromMs + PLAN.steps * STEP_MS };
    const grown = hostSamples(later).flatMap((sample) =>
      sample.metric === 'node_load1'
        ? [sample, { ...sample, metric: 'node_new', value: sample.timeMs % 7 }]
        : [sample],
    );
    await produce(brokers, topic, prometheusRecords(grown, 2));
    const online = await runStrayd(['check', '--online', '--json'], { cwd: folder });
    const { features } = JSON.parse(online.stdout) as {
      features: { isKept: boolean; features: { spec: { name: string } }[] }[];
    };
    expect(features[0]?.isKept).toBe(true);
    expect(features[0]?.features.map(({ spec }) => spec.name)).toEqual(CHOSEN);
    expect(online.code).toBe(0);
    const second = await startStrayd(folder, config());
    running.push(second);
    await waitFor('samples', async () =>
      /strayd_samples_total\{source="node",result="accepted"\} [1-9]/.test(await second.metrics()),
    );
    expect(second.log()).not.toContain('features_chosen');
    expect(await second.stop()).toBe(0);
    const check = await runStrayd(['check'], { cwd: folder });
    expect(check.stdout).toContain(`Features of hosts (auto) were chosen: ${CHOSEN.length}`);
  }, 90_000);

  it('are chosen anew for another selection, which check shows before anything runs', async () => {
    const other = mkdtempSync(join(tmpdir(), 'strayd-auto-'));
    const { code, stderr } = await runToEnd(other, {
      ...config({ select: '{job="nobody"}' }),
      store: { path: join(other, 'data') },
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining('its select matches nothing')]);
    const online = await runStrayd(['check', '--online'], { cwd: folder });
    expect(online.stdout).toMatch(
      /Features of hosts \(auto\), as the store keeps them:\n {2}node_cpu_seconds_system: a counter by its name/,
    );
    rmSync(other, { recursive: true, force: true });
  }, 60_000);
});
