import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTopic, produce, sharedKafka, uniqueName, withAdmin } from '../support/kafka.ts';
import { startStrayd, type StraydProcess } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { drillConfig } from './drill-config.ts';
import { fleetRecords, PARTITIONS } from './drill-fleet.ts';
import { runToEnd } from './run-to-end.ts';
import { marksOf, recordsDone } from './store-evidence.ts';
import { LIVE_FROM_STEP } from './trained-store.ts';

describe('strayd run in bad surroundings', () => {
  const root = mkdtempSync(join(tmpdir(), 'strayd-surroundings-'));
  /** Holds a store to be spoilt in copies. */
  const good = mkdtempSync(join(root, 'good-'));
  const running: StraydProcess[] = [];
  const records = fleetRecords({
    seed: 1,
    entities: ['db-1', 'db-2'],
    fromStep: LIVE_FROM_STEP,
    untilStep: LIVE_FROM_STEP + 60,
  });
  let brokers: readonly string[];
  let topic: string;

  beforeAll(async () => {
    ({ brokers } = await sharedKafka());
    topic = await createTopic(brokers, PARTITIONS);
    await produce(brokers, topic, records);
    const strayd = await start(good, { topics: [topic] });
    await waitFor('some records', () => recordsDone(good, topic) > 0);
    expect(await strayd.stop()).toBe(0);
  });

  afterAll(async () => {
    for (const strayd of running) await strayd.kill();
    rmSync(root, { recursive: true, force: true });
  });

  it.concurrent('tells once of a broker that does not serve, and goes on trying', async () => {
    let attempts = 0;
    const refusing = createServer((socket) => {
      attempts += 1;
      socket.on('error', () => undefined);
      socket.once('data', () => socket.destroy());
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const address = refusing.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const folder = mkdtempSync(join(root, 'refused-'));
    const strayd = await start(folder, { brokers: [`127.0.0.1:${port}`], topics: [topic] });
    await waitFor('the trouble to be told', () => linesOf(strayd, 'kafka_trouble').length > 0);
    const seen = attempts;
    await waitFor('more attempts', () => attempts > seen + 5);
    expect(linesOf(strayd, 'kafka_trouble')).toHaveLength(1);
    expect(linesOf(strayd, 'kafka_trouble')[0]).toContain(`Kafka at 127.0.0.1:${port}`);
    expect(strayd.log().match(/"level":[45]0/g)).toHaveLength(1);
    expect(await strayd.stop()).toBe(0);
    refusing.close();
  });

  it.concurrent('names a missing topic, and reads it once it is created', async () => {
    const folder = mkdtempSync(join(root, 'missing-'));
    const missing = uniqueName('missing');
    const strayd = await start(folder, { topics: [topic, missing] });
    await waitFor('the trouble to be told', () => linesOf(strayd, 'kafka_trouble').length > 0);
    expect(linesOf(strayd, 'kafka_trouble')[0]).toContain(`no topic \\"${missing}\\"`);
    await createTopic(brokers, PARTITIONS, missing);
    await produce(brokers, missing, records);
    await waitFor('its records', () => recordsDone(folder, missing) === records.length);
    await waitFor('the recovery to be told', () => linesOf(strayd, 'kafka_recovered').length > 0);
    expect(linesOf(strayd, 'kafka_trouble')).toHaveLength(1);
    expect(await strayd.stop()).toBe(0);
  });

  it.concurrent(
    'lets one process alone work with a store, and at SIGTERM writes and commits all that it has',
    async () => {
      const folder = mkdtempSync(join(root, 'locked-'));
      const groupId = uniqueName('locked');
      const strayd = await start(folder, { topics: [topic], groupId });
      const second = await runToEnd(folder, configOf(folder, { topics: [topic] }));
      expect(second.code).toBe(2);
      expect(second.stderr).toContain(`in use by another strayd, process ${strayd.pid}`);
      expect(second.stderr).not.toContain(' at ');

      await waitFor('all records', () => recordsDone(folder, topic) === records.length);
      expect(await strayd.stop()).toBe(0);
      const log = strayd.log().trim().split('\n');
      expect(log.at(-1)).toContain('"stopped"');
      const committed = await withAdmin(brokers, (admin) => admin.fetchOffsets({ groupId, topics: [topic] }));
      const marks = marksOf(folder);
      for (const { partition, offset, metadata } of committed[0]?.partitions ?? []) {
        const handOver = marks.get(`${topic}/${partition}`)?.handOver;
        expect(offset).toBe(String(handOver?.offset));
        expect(metadata).toMatch(new RegExp(`^[0-9a-f]{16}:\\d+;whole_from=${handOver?.wholeFromMs}$`));
      }
    },
  );

  it.concurrent.each([
    [
      'a damaged store',
      damage,
      'is damaged',
      'Restore the file from a backup, or move its whole directory away',
    ],
    ['a store with a newer schema', makeNewer, 'has schema 999', 'Start that newer strayd again'],
    ['a file that is no store', replace, 'is damaged', 'move its whole directory away'],
  ])('refuses %s with the way out, and leaves it untouched', async (_, spoil, says, wayOut) => {
    const folder = mkdtempSync(join(root, 'spoilt-'));
    mkdirSync(join(folder, 'data'));
    cpSync(join(good, 'data'), join(folder, 'data'), { recursive: true });
    const path = join(folder, 'data', 'strayd.db');
    spoil(path);
    const before = readFileSync(path);
    const { code, stderr } = await runToEnd(folder, configOf(folder, { topics: [topic] }));
    expect(stderr).toContain(path);
    expect(stderr).toContain(says);
    expect(stderr).toContain(wayOut);
    expect(stderr).not.toContain('    at ');
    expect(code).toBe(1);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  interface Choice {
    readonly topics: readonly string[];
    readonly brokers?: readonly string[];
    readonly groupId?: string;
  }

  function configOf(folder: string, choice: Choice): Record<string, unknown> {
    return drillConfig({ brokers, groupId: uniqueName('surroundings'), folder, ...choice });
  }

  async function start(folder: string, choice: Choice): Promise<StraydProcess> {
    const strayd = await startStrayd(folder, configOf(folder, choice));
    running.push(strayd);
    return strayd;
  }
});

function linesOf(strayd: StraydProcess, event: string): string[] {
  return strayd
    .log()
    .split('\n')
    .filter((line) => line.includes(`"event":"${event}"`));
}

/** Overwrites a page in the middle. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 3 * 4096, 5 * 4096);
  writeFileSync(path, bytes);
}

function makeNewer(path: string): void {
  const database = new BetterSqlite3(path);
  database.pragma('user_version = 999');
  database.close();
}

function replace(path: string): void {
  writeFileSync(path, 'time,entity,load\n1,db-1,2\n'.repeat(500));
}
