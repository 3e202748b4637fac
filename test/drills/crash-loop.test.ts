import { cpSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestRecord } from '../support/kafka.ts';
import { metricValue, startStrayd, type StraydProcess } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { drillConfig } from './drill-config.ts';
import { fleetRecords, PARTITIONS, type Fault } from './drill-fleet.ts';
import { expectSameRun } from './expect-same-run.ts';
import { KilledRun } from './killed-run.ts';
import { transitionsOf } from './store-evidence.ts';
import { LIVE_FROM_STEP, SHARED_FLEET, sharedStore, type TrainedStore } from './trained-store.ts';

const SEED = 13;
const { entities: ENTITIES } = SHARED_FLEET;
const LIVE_STEPS = 240;
const LONG = { timeoutMs: 40_000 };
const closers: (() => unknown)[] = [];
let trained: TrainedStore;
let live: TestRecord[];

beforeAll(async () => {
  trained = await sharedStore();
  closers.push(() => trained.remove());
  const faults = ENTITIES.flatMap((entity, index): Fault[] =>
    [25, 100, 130, 190].map((after) => ({
      entity,
      fromStep: LIVE_FROM_STEP + after + 9 * index,
      steps: 9,
      metric: 'load',
      size: 1.5,
    })),
  );
  const untilStep = LIVE_FROM_STEP + LIVE_STEPS;
  live = fleetRecords({ seed: SEED + 1, entities: ENTITIES, fromStep: LIVE_FROM_STEP, untilStep, faults });
}, 120_000);

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

it('killed and started again while dead members still hold partitions: no sample comes late, all is as undisturbed', async () => {
  const undisturbed = await newRun('undisturbed');
  await undisturbed.sendUntil(live.length);
  await undisturbed.start();
  await undisturbed.caughtUp();
  expect(await undisturbed.stop()).toBe(0);

  const run = await newRun('crash-loop');
  await run.start();
  await run.sendUntil(Math.floor(live.length * 0.3));
  await run.caughtUp();
  await run.sendUntil(Math.floor(live.length * 0.6));
  await run.kill();
  // Of the two lives that follow the first one gets a share of the partitions and dies with it.
  const shortLived = await anotherLife(run);
  await run.start();
  await waitFor('both to have a share', () => share(shortLived.log()) * share(run.log()) > 0, LONG);
  await shortLived.kill();
  expect(share(run.log())).toBeLessThan(PARTITIONS);
  await run.caughtUp();
  expect(await lateSamples(run), 'late samples').toBe(0);
  // Else nothing was put to the test.
  expect(run.log()).toMatch(/waiting for \S+\/\d.*, which this store has read before/);
  expect(run.log()).not.toContain('reading goes on without them');

  await run.sendUntil(Math.floor(live.length * 0.8));
  await run.kill();
  await run.start();
  await run.sendUntil(live.length);
  await run.caughtUp();
  expect(await lateSamples(run), 'late samples').toBe(0);
  expect(await run.stop()).toBe(0);

  const ofTheLivePart = { entities: ENTITIES, fromStep: LIVE_FROM_STEP, moreStepsThan: LIVE_STEPS - 5 };
  expectSameRun(run.folder, undisturbed.folder, ofTheLivePart);
  expect(transitionsOf(undisturbed.folder).length).toBeGreaterThan(10);
}, 120_000);

async function newRun(name: string): Promise<KilledRun> {
  const run = await KilledRun.open(trained, { name, records: live });
  closers.push(() => run.close());
  return run;
}

/** A process with the store as it is now, as if it had been started a moment earlier. */
async function anotherLife({ folder, topic }: KilledRun): Promise<StraydProcess> {
  const copy = mkdtempSync(join(folder, 'life-'));
  cpSync(join(folder, 'data'), join(copy, 'data'), { recursive: true });
  const { brokers } = trained;
  const config = drillConfig({ brokers, groupId: topic, topics: [topic], folder: copy });
  const life = await startStrayd(copy, config);
  closers.push(() => life.kill());
  return life;
}

/** How many partitions a process was given so far. */
function share(log: string): number {
  return new Set(log.match(/Reading \S+\/\d+/g)).size;
}

async function lateSamples(run: KilledRun): Promise<number> {
  return metricValue(await run.metrics(), 'strayd_late_samples_total{source="fleet"}') ?? 0;
}
