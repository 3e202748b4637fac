import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTopic, produce, sharedKafka, uniqueName } from '../support/kafka.ts';
import { startStrayd, type StraydProcess } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { drillConfig } from './drill-config.ts';
import { fleetRecords, PARTITIONS } from './drill-fleet.ts';
import { recordsDone } from './store-evidence.ts';
import { rowsOf } from './training-rows.ts';

const ENTITIES = ['db-1', 'web-1'];
const FROM_STEP = 29_000_000;
const STEPS = 6000;
const MIN_STEPS = 300;
const PRESENT_STEPS = 16;

describe('a topic with a long history that nobody has read', () => {
  const root = mkdtempSync(join(tmpdir(), 'strayd-bootstrap-'));
  const running: StraydProcess[] = [];
  let brokers: readonly string[];
  let topic: string;
  let records: ReturnType<typeof fleetRecords>;

  beforeAll(async () => {
    ({ brokers } = await sharedKafka());
    topic = await createTopic(brokers, PARTITIONS);
    records = fleetRecords({
      seed: 3,
      entities: ENTITIES,
      fromStep: FROM_STEP,
      untilStep: FROM_STEP + STEPS,
    });
    await produce(brokers, topic, records);
  });

  afterAll(async () => {
    for (const strayd of running) await strayd.kill();
    rmSync(root, { recursive: true, force: true });
  });

  const start = async (folder: string, training: Record<string, unknown>): Promise<StraydProcess> => {
    const strayd = await startStrayd(
      folder,
      drillConfig({
        brokers,
        groupId: uniqueName('bootstrap'),
        topics: [topic],
        folder,
        detector: {
          windows: [4, 8],
          training: { schedule: '0 0 29 2 *', min_steps: MIN_STEPS, ...training },
        },
      }),
    );
    running.push(strayd);
    return strayd;
  };
  const newFolder = (): string => mkdtempSync(join(root, 'run-'));

  it('gives a model at once from stretches of it, each step as a full reading has it, none twice', async () => {
    const folder = newFolder();
    const strayd = await start(folder, { bootstrap: 'kafka' });
    await waitFor('the first model', () => strayd.log().includes('"event":"model_activated"'), {
      timeoutMs: 60_000,
    });
    const log = strayd.log();
    expect(log).toMatch(/History of fleet is read back from Kafka in .*: (\d+) of \1 stretches, \d+ vectors/);
    expect(log).toMatch(
      /Reading \S+ from offset [1-9]\d+, where the present begins; its history has been read back/,
    );
    expect(log).not.toContain('from the earliest offset');
    await waitFor('the end of the topic', () => recordsDone(folder, topic) === records.length);
    const metrics = await strayd.metrics();
    expect(metrics).toContain('strayd_bootstrap_ratio{detector="fleet"} 1');
    expect(await strayd.stop()).toBe(0);

    const whole = newFolder();
    const reader = await start(whole, {});
    await waitFor('a full reading', () => recordsDone(whole, topic) === records.length, {
      timeoutMs: 60_000,
    });
    expect(await reader.stop()).toBe(0);

    const [some, all] = [rowsOf(folder), rowsOf(whole)];
    expect(some.map(({ entity }) => entity)).toEqual(ENTITIES);
    for (const { entity, rows } of some) {
      const complete = all.find((one) => one.entity === entity)?.rows ?? new Map<number, string>();
      // Four times what the first training waits for, in stretches, and the present, as long as two of the longest windows.
      expect(rows.size).toBeGreaterThan(4 * MIN_STEPS);
      expect(rows.size).toBeLessThan(5 * MIN_STEPS);
      for (const [step, row] of rows) expect(`${step} ${row}`).toBe(`${step} ${complete.get(step)}`);
      const newest = Math.max(...complete.keys());
      for (let step = newest - PRESENT_STEPS + 3; step <= newest; step++) expect(rows.has(step)).toBe(true);
      // Spread over all of the history: each sixth of it has its part.
      const sixths = new Set([...rows.keys()].map((step) => Math.floor((6 * (step - FROM_STEP)) / STEPS)));
      expect(sixths.size).toBe(6);
    }
  }, 180_000);

  it('is read back once in the life of a store, and begun anew where the first try was killed', async () => {
    const folder = newFolder();
    const first = await start(folder, { bootstrap: 'kafka' });
    await waitFor('some history', () => /Reading history of fleet back from Kafka: [1-9]/.test(first.log()));
    await first.kill();
    const second = await start(folder, { bootstrap: 'kafka' });
    await waitFor('the history', () => second.log().includes('History of fleet is read back'));
    await waitFor('the end of the topic', () => recordsDone(folder, topic) === records.length);
    expect(await second.stop()).toBe(0);
    const before = rowsOf(folder);
    const third = await start(folder, { bootstrap: 'kafka' });
    await waitFor('the third to read', () => third.log().includes('"event":"partition_assigned"'));
    expect(third.log()).not.toContain('"event":"bootstrap"');
    expect(await third.stop()).toBe(0);
    expect(rowsOf(folder)).toEqual(before);
  }, 120_000);

  it('is read from its beginning if it is short, and where a stop comes in between', async () => {
    const folder = newFolder();
    const strayd = await start(folder, { bootstrap: 'kafka', min_steps: 3000 });
    await waitFor('the reading', () => strayd.log().includes('from the earliest offset'));
    expect(strayd.log()).toContain(
      'No history is read back for fleet: it is short enough to be read from its beginning.',
    );
    expect(await strayd.stop()).toBe(0);
    const stopped = await start(newFolder(), { bootstrap: 'kafka' });
    expect(await stopped.stop()).toBe(0);
  }, 60_000);
});
