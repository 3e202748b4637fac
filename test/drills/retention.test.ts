import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createTopic, deleteRecordsBefore, produce, sharedKafka, uniqueName } from '../support/kafka.ts';
import { metricValue, startStrayd, type StraydProcess } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { drillConfig } from './drill-config.ts';
import { fleetRecords } from './drill-fleet.ts';
import { marksOf, stepsOf } from './store-evidence.ts';
import { LIVE_FROM_STEP } from './trained-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'strayd-retention-'));
const running: StraydProcess[] = [];
afterAll(async () => {
  for (const strayd of running) await strayd.kill();
  rmSync(folder, { recursive: true, force: true });
});

it('a stored offset that retention has deleted is said and counted, and reading goes on at the earliest record', async () => {
  const { brokers } = await sharedKafka();
  const topic = await createTopic(brokers, 1);
  const partition = `${topic}/0`;
  const config = drillConfig({ brokers, groupId: uniqueName('retention'), topics: [topic], folder });
  const start = async (): Promise<StraydProcess> => {
    const strayd = await startStrayd(folder, config);
    running.push(strayd);
    return strayd;
  };
  const fleet = (fromStep: number, untilStep: number) =>
    fleetRecords({ seed: 3, entities: ['db-1'], fromStep, untilStep, partitionOf: () => 0 });
  const read = (offset: number) =>
    waitFor(`offset ${offset}`, () => marksOf(folder).get(partition)?.nextOffset === offset);

  const seen = fleet(LIVE_FROM_STEP, LIVE_FROM_STEP + 30);
  await produce(brokers, topic, seen);
  const first = await start();
  await read(seen.length);
  await first.stop();
  const stored = marksOf(folder).get(partition)?.lowOffset ?? NaN;

  const missed = fleet(LIVE_FROM_STEP + 30, LIVE_FROM_STEP + 60);
  const kept = fleet(LIVE_FROM_STEP + 60, LIVE_FROM_STEP + 90);
  const earliest = seen.length + missed.length;
  await produce(brokers, topic, [...missed, ...kept]);
  await deleteRecordsBefore(brokers, topic, 0, earliest);
  const second = await start();
  await read(earliest + kept.length);
  expect(second.log()).toContain(
    `Offset ${stored} of ${partition} is not in the log any more (retention, or the topic was made anew); ` +
      `${earliest - stored} records went unread, reading goes on at ${earliest}.`,
  );
  const metrics = await second.metrics();
  expect(metricValue(metrics, 'strayd_events_total{event="offset_lost",level="error"}')).toBe(1);
  expect(metrics).not.toContain('event="topic_replaced"');
  await second.stop();
  // What came after the hole is whole; what was half read before it is no step.
  expect(stepsOf(folder, 'db-1', LIVE_FROM_STEP + 60).length).toBeGreaterThanOrEqual(26);
  expect(stepsOf(folder, 'db-1', LIVE_FROM_STEP + 30)).toEqual(stepsOf(folder, 'db-1', LIVE_FROM_STEP + 60));
}, 60_000);
