import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTopic, resetOffset, uniqueName } from '../support/kafka.ts';
import { metricValue, startStrayd, type StraydProcess } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { drillConfig } from './drill-config.ts';
import { fleetRecords } from './drill-fleet.ts';
import { KeyedFeed } from './keyed-feed.ts';
import { marksOf, stepsOf, transitionsOf, vectors } from './store-evidence.ts';
import { LIVE_FROM_STEP, trainedStore, type TrainedStore } from './trained-store.ts';

const SEED = 11;
/** By the partition that its records go to. */
const ENTITIES = ['db-1', 'db-2'];
const LIVE_STEPS = 240;

const plan = { seed: SEED, entities: ENTITIES, partitionOf: (entity: string) => ENTITIES.indexOf(entity) };

describe('two members of a group, a store each, and a topic keyed by entity', () => {
  let trained: TrainedStore;
  let undisturbed: string;
  let feeds: { readonly handover: KeyedFeed; readonly reset: KeyedFeed };
  const closers: (() => unknown)[] = [];

  beforeAll(async () => {
    trained = await trainedStore(plan, 2);
    closers.push(() => trained.remove());
    const records = fleetRecords({
      ...plan,
      fromStep: LIVE_FROM_STEP,
      untilStep: LIVE_FROM_STEP + LIVE_STEPS,
    });
    undisturbed = trained.copy('undisturbed');
    const newFeed = async (): Promise<KeyedFeed> =>
      new KeyedFeed(trained.brokers, await createTopic(trained.brokers, 2), records);
    feeds = { handover: await newFeed(), reset: await newFeed() };
    const feed = await newFeed();
    await feed.sendUntil(Infinity);
    const strayd = await start(undisturbed, uniqueName('undisturbed'), feed.topic);
    await workedOn(undisturbed, feed, [0, 1]);
    await strayd.stop();
  }, 120_000);

  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  it.concurrent(
    'hands a partition over and back: no half-built step, none twice, no false alert',
    async () => {
      const feed = feeds.handover;
      const groupId = uniqueName('handover');
      const [a, b] = [trained.copy('a'), trained.copy('b')];
      renameStore(b);
      const first = await start(a, groupId, feed.topic);
      await feed.sendUntil(60);
      // Of the newest step of each entity only some series have come.
      await feed.sendSome(2);
      await workedOn(a, feed, [0, 1]);
      const second = await start(b, groupId, feed.topic);
      const moved = await waitFor('the second member to have a partition', () =>
        [0, 1].find((partition) => second.log().includes(`Reading ${feed.topic}/${partition} `)),
      );
      const kept = 1 - moved;
      const [movedEntity = '', keptEntity = ''] = [ENTITIES[moved], ENTITIES[kept]];
      await waitFor('the first to let it go', () =>
        first.log().includes(`${feed.topic}/${moved} is read by another`),
      );
      await feed.sendUntil(150);
      await workedOn(a, feed, [kept]);
      await workedOn(b, feed, [moved]);
      // It has the history too, in which the second store was trained on its own.
      const ofFirst = vectors(stepsOf(a, movedEntity, LIVE_FROM_STEP));
      const ofSecond = vectors(stepsOf(b, movedEntity, LIVE_FROM_STEP));
      expect(ofFirst.length).toBeGreaterThan(50);
      expect(ofSecond.length).toBeGreaterThan(80);

      expect(await second.stop()).toBe(0);
      await waitFor(
        'the first to have it again',
        () => first.log().split(`Reading ${feed.topic}/${moved} `).length === 3,
      );
      await feed.sendUntil(Infinity);
      await workedOn(a, feed, [0, 1]);
      expect(await first.stop()).toBe(0);
      expect(stepsOf(a, keptEntity)).toEqual(stepsOf(undisturbed, keptEntity));
      const ofFirstAgain = vectors(stepsOf(a, movedEntity));
      expect(ofFirstAgain.length).toBeGreaterThan(80);
      // Every step, the first of each owner too, and none by two.
      const whole = vectors(stepsOf(undisturbed, movedEntity, LIVE_FROM_STEP));
      expect([...ofFirst, ...ofSecond, ...ofFirstAgain]).toEqual(whole);
      for (const folder of [a, b]) expect(transitionsOf(folder)).toEqual([]);
    },
    90_000,
  );

  it.concurrent(
    'obeys an operator who sets the offset back or forward, and says so',
    async () => {
      const feed = feeds.reset;
      const groupId = uniqueName('reset');
      const folder = trained.copy('reset');
      let strayd = await start(folder, groupId, feed.topic);
      await feed.sendUntil(60);
      await feed.sendSome(2);
      const both = (): Promise<void> => workedOn(folder, feed, [0, 1]);
      await both();
      await strayd.stop();
      await resetOffset(trained.brokers, groupId, { topic: feed.topic, partition: 0, offset: 20 });
      strayd = await start(folder, groupId, feed.topic);
      await waitFor('the log to tell of it', () =>
        /The offset of \S+\/0 was reset from \d+ to 20;/.test(strayd.log()),
      );
      await both();
      await feed.sendUntil(120);
      await both();
      const late = metricValue(await strayd.metrics(), 'strayd_late_samples_total{source="fleet"}');
      expect(late).toBeGreaterThan(100);
      await strayd.stop();
      for (const entity of ENTITIES) {
        const steps = stepsOf(folder, entity);
        expect(steps.length).toBeGreaterThan(100);
        expect(steps).toEqual(stepsOf(undisturbed, entity).slice(0, steps.length));
      }
      await feed.sendUntil(180);
      await resetOffset(trained.brokers, groupId, { topic: feed.topic, partition: 0, offset: feed.end(0) });
      strayd = await start(folder, groupId, feed.topic);
      await waitFor('the log to tell of it', () =>
        new RegExp(`was reset from \\d+ to ${feed.end(0)};`).test(strayd.log()),
      );
      await both();
      await feed.sendUntil(Infinity);
      await both();
      expect(await strayd.stop()).toBe(0);
      expect(stepsOf(folder, 'db-2')).toEqual(stepsOf(undisturbed, 'db-2'));
      const skipped = (line: string): boolean => {
        const step = Number.parseInt(line, 10) - LIVE_FROM_STEP;
        return step > 116 && step <= 180;
      };
      const expected = vectors(stepsOf(undisturbed, 'db-1').filter((line) => !skipped(line)));
      // Its first step has no rates: the counters' values before it lie in what was skipped.
      const found = stepsOf(folder, 'db-1').filter(
        (line) => Number.parseInt(line, 10) !== LIVE_FROM_STEP + 180,
      );
      expect(vectors(found)).toEqual(expected);
      expect(transitionsOf(folder)).toEqual([]);
    },
    90_000,
  );

  async function start(folder: string, groupId: string, from: string): Promise<StraydProcess> {
    const { brokers } = trained;
    const strayd = await startStrayd(folder, drillConfig({ brokers, groupId, topics: [from], folder }));
    closers.push(() => strayd.kill());
    return strayd;
  }

  async function workedOn(folder: string, feed: KeyedFeed, partitions: readonly number[]): Promise<void> {
    await waitFor(
      `partitions ${partitions.join(', ')} of ${feed.topic} to be worked on`,
      () => {
        const marks = marksOf(folder);
        return partitions.every((one) => marks.get(`${feed.topic}/${one}`)?.nextOffset === feed.end(one));
      },
      { everyMs: 100, timeoutMs: 40_000 },
    );
  }
});

/** A copied store under a name of its own, as if this member had trained it itself. */
function renameStore(folder: string): void {
  const database = new BetterSqlite3(join(folder, 'data', 'strayd.db'));
  database
    .prepare(
      "UPDATE meta SET value = 'feedfacefeedface' WHERE value = (SELECT value FROM meta WHERE key = ?)",
    )
    .run('store_id');
  database.close();
}
