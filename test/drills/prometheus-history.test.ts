import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTopic, produce, sharedKafka, uniqueName, type TestRecord } from '../support/kafka.ts';
import { prometheusBinary, startPrometheus } from '../support/prometheus.ts';
import { startStrayd } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { drillConfig } from './drill-config.ts';
import { fleetRecords, PARTITIONS, STEP_MS } from './drill-fleet.ts';
import { recordsDone } from './store-evidence.ts';
import { rowsOf } from './training-rows.ts';

const STEPS = 2500;
/** What Kafka retains. */
const RETAINED = 60;
const MIN_STEPS = 100;

describe(`a detector whose history lies in Prometheus${prometheusBinary.note}`, () => {
  const root = mkdtempSync(join(tmpdir(), 'strayd-promql-'));
  const closers: (() => Promise<unknown>)[] = [];
  let brokers: readonly string[];
  const now = Math.floor(Date.now() / STEP_MS);
  const records = fleetRecords({
    seed: 4,
    entities: ['db-1', 'web-1'],
    fromStep: now - STEPS,
    untilStep: now,
  });
  const retained = records.filter(({ timeMs }) => timeMs >= (now - RETAINED) * STEP_MS);

  beforeAll(async () => {
    ({ brokers } = await sharedKafka());
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
    rmSync(root, { recursive: true, force: true });
  });

  const run = async (written: readonly TestRecord[], bootstrap: unknown) => {
    const folder = mkdtempSync(join(tmpdir(), 'strayd-promql-'));
    closers.push(async () => rmSync(folder, { recursive: true, force: true }));
    const topic = await createTopic(brokers, PARTITIONS);
    await produce(brokers, topic, written);
    const detector = {
      windows: [4, 8],
      training: { schedule: '0 0 29 2 *', min_steps: MIN_STEPS, bootstrap },
    };
    const config = drillConfig({ brokers, groupId: uniqueName('promql'), topics: [topic], folder, detector });
    const strayd = await startStrayd(folder, config);
    closers.push(() => strayd.kill());
    await waitFor('the end of the topic', () => recordsDone(folder, topic) === written.length, {
      timeoutMs: 60_000,
    });
    return { folder, strayd };
  };

  it.skipIf(prometheusBinary.path === null)(
    'trains at once on what PromQL has of it, in the same numbers as a full reading of the topic',
    async () => {
      const prometheus = await startPrometheus({ targets: [], history: openMetrics(records) });
      closers.push(() => prometheus.stop());
      const { folder, strayd } = await run(retained, { prometheus: prometheus.url });
      await waitFor('the first model', () => strayd.log().includes('"event":"model_activated"'), {
        timeoutMs: 60_000,
      });
      expect(strayd.log()).toMatch(
        /History of fleet is read back from http:\S+ in .*: (\d+) of \1 stretches/,
      );
      await strayd.stop();
      const full = await run(records, 'none');
      await full.strayd.stop();
      const [some, all] = [rowsOf(folder), rowsOf(full.folder)];
      expect(some.map(({ entity }) => entity)).toEqual(['db-1', 'web-1']);
      for (const { entity, rows } of some) {
        const complete = all.find((one) => one.entity === entity)?.rows ?? new Map<number, string>();
        expect(rows.size).toBeGreaterThan(4 * MIN_STEPS);
        for (const [step, row] of rows) expect(`${step} ${row}`).toBe(`${step} ${complete.get(step)}`);
      }
    },
    180_000,
  );

  it('begins with what the topic has where the store answers no, and says so', async () => {
    const { strayd } = await run(retained, { prometheus: 'http://user:secret@127.0.0.1:9', token: 'hidden' });
    const log = strayd.log();
    expect(log).toMatch(
      /Reading history back from http:\/\/<secret>@127\.0\.0\.1:9.*read from their beginning instead/,
    );
    expect(log).toContain('from the earliest offset');
    expect(log).not.toMatch(/user:secret|hidden/);
    expect(await strayd.stop()).toBe(0);
  }, 60_000);
});

/** The records' samples as OpenMetrics: all of a metric together, each series in order of time. */
function openMetrics(records: readonly TestRecord[]): string {
  const byMetric = new Map<string, string[]>();
  for (const { value } of records) {
    const {
      name,
      timestamp,
      value: number,
      labels,
    } = JSON.parse(String(value)) as {
      name: string;
      timestamp: string;
      value: string;
      labels: Record<string, string>;
    };
    const pairs = Object.entries(labels).filter(([label]) => label !== '__name__');
    const text = pairs.map(([label, own]) => `${label}="${own}"`).join(',');
    const lines = byMetric.get(name) ?? [];
    lines.push(`${name}{${text}} ${number} ${Date.parse(timestamp) / 1000}`);
    byMetric.set(name, lines);
  }
  const blocks = [...byMetric].map(([name, lines]) => {
    const type = name.endsWith('_total') ? 'counter' : 'gauge';
    return `# TYPE ${name.replace(/_total$/, '')} ${type}\n${lines.join('\n')}\n`;
  });
  return `${blocks.join('')}# EOF\n`;
}
