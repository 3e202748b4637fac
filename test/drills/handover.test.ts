import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTopic, produce, resetOffset, uniqueName, type TestRecord } from '../support/kafka.ts';
import { metricValue, startStrayd, type StraydProcess } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { drillConfig } from './drill-config.ts';
import { fleetRecords, STEP_MS } from './drill-fleet.ts';
import { marksOf, stepsOf, transitionsOf } from './store-evidence.ts';
import { LIVE_FROM_STEP, trainedStore, type TrainedStore } from './trained-store.ts';

const SEED = 11;
/** By the partition that its records go to. */
const ENTITIES = ['db-1', 'db-2'];
const LIVE_STEPS = 240;

const plan = { seed: SEED, entities: ENTITIES, partitionOf: (entity: string) => ENTITIES.indexOf(entity) };

/** Records up to (without) some time after the live part's start, in steps; a fraction ends within a scrape. */
class Feed {
  readonly topic: string;
  readonly #brokers: readonly string[];
  readonly #records: readonly TestRecord[];
  #sent = 0;

  constructor(brokers: readonly string[], topic: string, records: readonly TestRecord[]) {
    this.#brokers = brokers;
    this.topic = topic;
    this.#records = records;
  }

  async sendUntil(steps: number): Promise<void> {
    const untilMs = (LIVE_FROM_STEP + steps) * STEP_MS;
    const found = this.#records.findIndex(({ timeMs }) => timeMs >= untilMs);
    await this.sendCount((found === -1 ? this.#records.length : found) - this.#sent);
  }

  async sendCount(count: number): Promise<void> {
    await produce(this.#brokers, this.topic, this.#records.slice(this.#sent, this.#sent + count));
    this.#sent += count;
  }

  /** The log's end in a partition. */
  end(partition: number): number {
    return this.#records.slice(0, this.#sent).filter((record) => record.partition === partition).length;
  }
}

describe('two members of a group, a store each, and a topic keyed by entity', () => {
  let trained: TrainedStore;
  let undisturbed: string;
  let topic: string;
  let records: TestRecord[];
  const running: StraydProcess[] = [];

  beforeAll(async () => {
    trained = await trainedStore(plan, 2);
    records = fleetRecords({ ...plan, fromStep: LIVE_FROM_STEP, untilStep: LIVE_FROM_STEP + LIVE_STEPS });
    undisturbed = trained.copy('undisturbed');
    topic = await createTopic(trained.brokers, 2);
    await produce(trained.brokers, topic, records);
    const strayd = await start(undisturbed, uniqueName('undisturbed'), topic);
    const feed = new Feed(trained.brokers, topic, records);
    await feed.sendCount(0);
    await workedOn(undisturbed, topic, 0, records.length / 2);
    await workedOn(undisturbed, topic, 1, records.length / 2);
    await strayd.stop();
  }, 120_000);

  afterAll(async () => {
    for (const strayd of running) await strayd.kill();
    trained.remove();
  });

  it('hands a partition over and back: no half-built step, none twice, no false alert', async () => {
    const feed = new Feed(trained.brokers, await createTopic(trained.brokers, 2), records);
    const groupId = uniqueName('handover');
    const [a, b] = [trained.copy('a'), trained.copy('b')];
    renameStore(b);
    const first = await start(a, groupId, feed.topic);
    await feed.sendUntil(60);
    // Of the newest step of each entity only some series have come.
    await feed.sendCount(2);
    await workedOn(a, feed.topic, 0, feed.end(0));
    await workedOn(a, feed.topic, 1, feed.end(1));
    const second = await start(b, groupId, feed.topic);
    const moved = await waitFor('the second member to have a partition', () =>
      [0, 1].find((partition) => second.log().includes(`Reading ${feed.topic}/${partition} `)),
    );
    const kept = 1 - moved;
    const [movedEntity = '', keptEntity = ''] = [ENTITIES[moved], ENTITIES[kept]];
    await waitFor('the first to let it go', () => first.log().includes(`${feed.topic}/${moved} is read by another`));
    await feed.sendUntil(150);
    await workedOn(a, feed.topic, kept, feed.end(kept));
    await workedOn(b, feed.topic, moved, feed.end(moved));
    const whole = new Map(ENTITIES.map((entity) => [entity, stepsOf(undisturbed, entity)]));
    const ofMoved = whole.get(movedEntity) ?? [];
    console.log(stepsOf(a, movedEntity).length, stepsOf(b, movedEntity).length, ofMoved.length);
    expect(ofMoved, 'what the first had of it').toEqual(expect.arrayContaining(stepsOf(a, movedEntity)));
    expect(vectors(ofMoved)).toEqual(expect.arrayContaining(vectors(stepsOf(b, movedEntity, LIVE_FROM_STEP)).slice(1)));

    expect(await second.stop()).toBe(0);
    await waitFor('the first to have it again', () => first.log().split(`Reading ${feed.topic}/${moved} `).length === 3);
    await feed.sendUntil(Infinity);
    await workedOn(a, feed.topic, kept, feed.end(kept));
    await workedOn(a, feed.topic, moved, feed.end(moved));
    expect(await first.stop()).toBe(0);
    expect(stepsOf(a, keptEntity)).toEqual(whole.get(keptEntity));
    console.log(stepsOf(a, movedEntity).slice(0, 3), stepsOf(b, movedEntity, LIVE_FROM_STEP).slice(-2), stepsOf(b, movedEntity, LIVE_FROM_STEP).slice(0,2));
    expect(vectors(ofMoved)).toEqual(expect.arrayContaining(vectors(stepsOf(a, movedEntity)).slice(1)));
    console.log(transitionsOf(a), transitionsOf(b), transitionsOf(undisturbed));
  }, 90_000);

  it('obeys an operator who sets the offset back or forward, and says so', async () => {
    const feed = new Feed(trained.brokers, await createTopic(trained.brokers, 2), records);
    const groupId = uniqueName('reset');
    const folder = trained.copy('reset');
    let strayd = await start(folder, groupId, feed.topic);
    await feed.sendUntil(60);
    await feed.sendCount(2);
    const both = async (): Promise<void> => {
      for (const partition of [0, 1]) await workedOn(folder, feed.topic, partition, feed.end(partition));
    };
    await both();
    await strayd.stop();
    await resetOffset(trained.brokers, groupId, { topic: feed.topic, partition: 0, offset: 20 });
    strayd = await start(folder, groupId, feed.topic);
    await waitFor('the log to tell of it', () => /The offset of \S+\/0 was reset from \d+ to 20;/.test(strayd.log()));
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
    await waitFor('the log to tell of it', () => new RegExp(`was reset from \\d+ to ${feed.end(0)};`).test(strayd.log()));
    await both();
    await feed.sendUntil(Infinity);
    await both();
    expect(await strayd.stop()).toBe(0);
    expect(stepsOf(folder, 'db-2')).toEqual(stepsOf(undisturbed, 'db-2'));
    const numbers = stepsOf(folder, 'db-1', LIVE_FROM_STEP).map((line) => Number.parseInt(line, 10) - LIVE_FROM_STEP);
    console.log(numbers.join(' '));
    console.log(transitionsOf(folder));
  }, 90_000);

  async function start(folder: string, groupId: string, from: string): Promise<StraydProcess> {
    const { brokers } = trained;
    const strayd = await startStrayd(folder, drillConfig({ brokers, groupId, topics: [from], folder }));
    running.push(strayd);
    return strayd;
  }

  async function workedOn(folder: string, from: string, partition: number, end: number): Promise<void> {
    await waitFor(
      `${from}/${partition} to be worked on up to ${end}`,
      () => marksOf(folder).get(`${from}/${partition}`)?.nextOffset === end,
      { everyMs: 100, timeoutMs: 40_000 },
    );
  }
});

/** A copied store under a name of its own, as if this member had trained it itself. */
function renameStore(folder: string): void {
  const database = new BetterSqlite3(join(folder, 'data', 'strayd.db'));
  database.prepare("UPDATE meta SET value = 'feedfacefeedface' WHERE value = (SELECT value FROM meta WHERE key = ?)").run('store_id');
  database.close();
}

/** The part of a step's text that does not depend on what was scored before. */
function vectors(steps: readonly string[]): string[] {
  return steps.map((line) => line.slice(0, line.indexOf('raw')));
}
