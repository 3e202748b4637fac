import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTopic, produce, sharedKafka, uniqueName, type TestRecord } from '../support/kafka.ts';
import { metricValue, startStrayd, type StraydProcess } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { drillConfig } from './drill-config.ts';
import { fleetRecords, PARTITIONS, STEP_MS } from './drill-fleet.ts';
import { marksOf, recordsDone, stepsOf } from './store-evidence.ts';
import { LIVE_FROM_STEP } from './trained-store.ts';

const ENTITIES = ['db-1', 'db-2', 'web-1', 'web-2'];
const STEPS = 100;
/** So far all partitions are served together, then the first one alone for an hour. */
const TOGETHER_STEPS = 20;

describe('a partition that is served an hour ahead of the others', () => {
  const root = mkdtempSync(join(tmpdir(), 'strayd-alignment-'));
  const running: StraydProcess[] = [];
  const records = fleetRecords({
    seed: 3,
    entities: ENTITIES,
    fromStep: LIVE_FROM_STEP,
    untilStep: LIVE_FROM_STEP + STEPS,
  });
  let brokers: readonly string[];

  beforeAll(async () => {
    ({ brokers } = await sharedKafka());
  });

  afterAll(async () => {
    for (const strayd of running) await strayd.kill();
    rmSync(root, { recursive: true, force: true });
  });

  it('waits for them: no sample is late, and the vectors are those of evenly served ones', async () => {
    const even = await start('even');
    await produce(brokers, even.topic, records);
    await waitFor(
      'all records, evenly served',
      () => recordsDone(even.folder, even.topic) === records.length,
    );

    const ahead = await start('ahead');
    const isEarly = ({ timeMs }: TestRecord): boolean => timeMs < (LIVE_FROM_STEP + TOGETHER_STEPS) * STEP_MS;
    const isInHour = ({ timeMs }: TestRecord): boolean =>
      timeMs < (LIVE_FROM_STEP + TOGETHER_STEPS + 60) * STEP_MS;
    const early = records.filter(isEarly);
    const hour = records.filter((record) => record.partition === 0 && !isEarly(record) && isInHour(record));
    await produce(brokers, ahead.topic, early);
    await waitFor('the common part', () => recordsDone(ahead.folder, ahead.topic) >= early.length - 50);
    await produce(brokers, ahead.topic, hour);
    const done = (): number => marksOf(ahead.folder).get(`${ahead.topic}/0`)?.nextOffset ?? 0;
    await waitFor('the log to be fetched to its end', async () => {
      const series = `strayd_kafka_lag_records{topic="${ahead.topic}",partition="0"}`;
      const lag = metricValue(await ahead.strayd.metrics(), series) ?? 0;
      return done() + lag >= hour.length;
    });
    expect(done(), 'records of the partition ahead').toBeLessThan(early.length / 2);
    await produce(
      brokers,
      ahead.topic,
      records.filter((record) => !early.includes(record) && !hour.includes(record)),
    );
    await waitFor('all records', () => recordsDone(ahead.folder, ahead.topic) === records.length);
    expect(metricValue(await ahead.strayd.metrics(), 'strayd_late_samples_total{source="fleet"}') ?? 0).toBe(
      0,
    );
    for (const { strayd } of [even, ahead]) expect(await strayd.stop()).toBe(0);
    for (const entity of ENTITIES) {
      const steps = stepsOf(ahead.folder, entity);
      expect(steps.length).toBeGreaterThan(STEPS - 5);
      expect(steps).toEqual(stepsOf(even.folder, entity));
    }
  }, 60_000);

  async function start(
    name: string,
  ): Promise<{ readonly strayd: StraydProcess; readonly topic: string; readonly folder: string }> {
    const topic = await createTopic(brokers, PARTITIONS);
    const folder = mkdtempSync(join(root, `${name}-`));
    const config = { brokers, groupId: uniqueName(name), topics: [topic], folder };
    const strayd = await startStrayd(folder, drillConfig(config));
    running.push(strayd);
    return { strayd, topic, folder };
  }
});
