import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createTopic, produce, sharedKafka, uniqueName, withAdmin } from '../support/kafka.ts';
import { metricValue, startStrayd, type StraydProcess } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { drillConfig } from './drill-config.ts';
import { fleetRecords, PARTITIONS } from './drill-fleet.ts';
import { recordsDone, stepsOf } from './store-evidence.ts';
import { LIVE_FROM_STEP } from './trained-store.ts';

const ENTITIES = ['db-1', 'db-2'];
const STEPS = 40;
const root = mkdtempSync(join(tmpdir(), 'strayd-anew-'));
const running: StraydProcess[] = [];

afterAll(async () => {
  for (const strayd of running) await strayd.kill();
  rmSync(root, { recursive: true, force: true });
});

it('a topic made anew while strayd is down is noticed, though it has grown past what was read; the same one is not taken for another', async () => {
  const { brokers } = await sharedKafka();
  const topic = await createTopic(brokers, PARTITIONS);
  const folder = mkdtempSync(join(root, 'store-'));
  const config = drillConfig({ brokers, groupId: uniqueName('anew'), topics: [topic], folder });
  const start = async (): Promise<StraydProcess> => {
    const strayd = await startStrayd(folder, config);
    running.push(strayd);
    return strayd;
  };
  const fleet = (fromStep: number, steps: number) =>
    fleetRecords({ seed: 17, entities: ENTITIES, fromStep, untilStep: fromStep + steps });
  const old = fleet(LIVE_FROM_STEP, STEPS);
  await produce(brokers, topic, old);
  const first = await start();
  await waitFor('the old records', () => recordsDone(folder, topic) === old.length);
  await first.stop();
  const again = await start();
  await waitFor('all partitions', () => again.log().split('Reading ').length === PARTITIONS + 1);
  const more = fleet(LIVE_FROM_STEP + STEPS, 5);
  await produce(brokers, topic, more);
  await waitFor('more records', () => recordsDone(folder, topic) === old.length + more.length);
  await again.stop();
  expect(again.log()).not.toContain('topic_replaced');

  await withAdmin(brokers, (admin) => admin.deleteTopics({ topics: [topic] }));
  await waitFor('the topic to be gone', () =>
    withAdmin(brokers, async (admin) => !(await admin.listTopics()).includes(topic)),
  );
  await createTopic(brokers, PARTITIONS, topic);
  const newFrom = LIVE_FROM_STEP + STEPS + 10;
  const fresh = fleet(newFrom, 2 * STEPS);
  await produce(brokers, topic, fresh);
  const anew = await start();
  await waitFor('the new records', () => recordsDone(folder, topic) === fresh.length);
  const told = anew.log().match(/"topic_replaced".*does not hold the record that was read there/g);
  expect(told).toHaveLength(PARTITIONS);
  expect(metricValue(await anew.metrics(), 'strayd_events_total{event="topic_replaced",level="error"}')).toBe(
    PARTITIONS,
  );
  await anew.stop();
  for (const entity of ENTITIES)
    expect(stepsOf(folder, entity, newFrom).length).toBeGreaterThan(2 * STEPS - 5);
}, 60_000);
