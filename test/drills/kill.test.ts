import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestRecord } from '../support/kafka.ts';
import { waitFor } from '../support/wait-for.ts';
import { fleetRecords, type Fault } from './drill-fleet.ts';
import { expectSameRun } from './expect-same-run.ts';
import { killPoints, type KillPoint } from './kill-points.ts';
import { KilledRun } from './killed-run.ts';
import { alertsOf, marksOf, transitionsOf } from './store-evidence.ts';
import { LIVE_FROM_STEP, SHARED_FLEET, sharedStore, type TrainedStore } from './trained-store.ts';

const SEED = 7;
const KILLS = 3;
const LIVE_STEPS = 360;
const { entities: ENTITIES } = SHARED_FLEET;

/** Each entity strays every hour or so: some faults are long enough to fire, some end while pending. */
function faults(): Fault[] {
  return ENTITIES.flatMap((entity, index) =>
    [0, 1, 2, 3, 4].map((round) => ({
      entity,
      fromStep: LIVE_FROM_STEP + 25 + 70 * round + 11 * index,
      steps: (round + index) % 3 === 0 ? 2 : 9,
      metric: index % 2 === 0 ? ('load' as const) : ('requests_total' as const),
      size: round % 2 === 0 ? 1.5 : -0.7,
    })),
  );
}

describe('kill -9 in mid-stream, with an alert pending and steps open', () => {
  const closers: (() => unknown)[] = [];
  let trained: TrainedStore;
  let live: TestRecord[];
  let undisturbed: KilledRun;
  const killed: KilledRun[] = [];
  let points: readonly KillPoint[];

  beforeAll(async () => {
    trained = await sharedStore();
    closers.push(() => trained.remove());
    live = fleetRecords({
      seed: SEED + 1,
      entities: ENTITIES,
      fromStep: LIVE_FROM_STEP,
      untilStep: LIVE_FROM_STEP + LIVE_STEPS,
      faults: faults(),
      silences: [
        { entity: 'db-1', fromStep: LIVE_FROM_STEP + 150, steps: 2 },
        { entity: 'web-1', fromStep: LIVE_FROM_STEP + 199, steps: 12 },
        // It goes while its alert fires.
        { entity: 'cache-1', fromStep: LIVE_FROM_STEP + 285, steps: LIVE_STEPS },
      ],
      rough: true,
    });
    undisturbed = await newRun('undisturbed');
    await undisturbed.sendUntil(live.length);
    await undisturbed.start();
    await undisturbed.caughtUp();
    await undisturbed.delivered();
    expect(await undisturbed.stop()).toBe(0);
    for (let index = 0; index < KILLS; index++) killed.push(await newRun(`killed-${index}`));
    points = killPoints(live, transitionsOf(undisturbed.folder), { seed: SEED, count: KILLS });
  }, 180_000);

  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  it.concurrent.each([
    ['first', 0, 'while records are on their way in'],
    ['second', 1, 'right after a transaction'],
    ['third', 2, 'while records are on their way in'],
  ])(
    'at the %s point: equal vectors, scores, alerts and transitions, and every webhook comes',
    async (_, index, moment) => {
      const { alertId, stillAt, killedAt } = points[index] as KillPoint;
      const run = killed[index] as KilledRun;
      // Taken, but the daemon does not learn of it: such a delivery has to come again, under the same key.
      run.webhook.misbehave((_request, number) => (number % 3 === 0 ? 'reset' : { status: 200 }));
      await run.start();
      await run.sendUntil(stillAt);
      await run.caughtUp();
      await run.sendUntil(killedAt);
      if (moment === 'right after a transaction') {
        await waitFor('a checkpoint', () => run.done > stillAt, { everyMs: 1 });
      }
      await run.kill();
      expect(alertsOf(run.folder).find(({ alert }) => alert.id === alertId)?.alert.state).toBe('pending');
      expect(openPartitions(run), 'partitions with steps open').toBeGreaterThan(0);
      const share = run.done / live.length;
      expect(share).toBeGreaterThan(0.1);
      expect(share).toBeLessThan(0.9);

      await run.start();
      await run.sendUntil(live.length);
      await run.caughtUp();
      await run.delivered();
      expect(await run.stop()).toBe(0);
      expectSameRun(run.folder, undisturbed.folder, { entities: ENTITIES, moreStepsThan: 1000 });
      const keys = new Set(undisturbed.keys());
      expect(new Set(run.keys())).toEqual(keys);
      expect(keys.size).toBeGreaterThan(10);
      expect(run.keys().length).toBeGreaterThan(keys.size);
    },
    120_000,
  );

  async function newRun(name: string): Promise<KilledRun> {
    const run = await KilledRun.open(trained, { name, records: live });
    closers.push(() => run.close());
    return run;
  }
});

function openPartitions({ folder, topic }: KilledRun): number {
  const marks = [...marksOf(folder).values()].filter((mark) => mark.topic === topic);
  return marks.filter(({ lowOffset, nextOffset }) => lowOffset < nextOffset).length;
}
