import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTopic, produce } from '../support/kafka.ts';
import { startKafkaBroker, type KafkaBroker } from '../support/kafka-broker.ts';
import { startStrayd, type StraydProcess } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { drillConfig } from './drill-config.ts';
import { fleetRecords, PARTITIONS } from './drill-fleet.ts';
import { recordsDone, stepsOf } from './store-evidence.ts';
import { LIVE_FROM_STEP } from './trained-store.ts';

const ENTITIES = Array.from({ length: 12 }, (_, index) => `db-${index}`);
/** Within what the store keeps of every step. */
const STEPS = 1300;
const LONG = { timeoutMs: 60_000 };

describe('a broker that goes away', () => {
  const root = mkdtempSync(join(tmpdir(), 'strayd-broker-'));
  const records = fleetRecords({
    seed: 5,
    entities: ENTITIES,
    fromStep: LIVE_FROM_STEP,
    untilStep: LIVE_FROM_STEP + STEPS,
  });
  const running: StraydProcess[] = [];
  let broker: KafkaBroker;

  beforeAll(async () => {
    broker = await startKafkaBroker();
  });

  afterAll(async () => {
    for (const strayd of running) await strayd.kill();
    await broker.remove();
    rmSync(root, { recursive: true, force: true });
  });

  it('is told of once and waited for at the start, and in mid-stream nothing is lost or twice', async () => {
    const topic = await createTopic(broker.brokers, PARTITIONS);
    const half = records.length / 2;
    await produce(broker.brokers, topic, records.slice(0, half));
    await broker.stop();
    const disturbed = await start('disturbed', topic);
    await waitFor('the trouble to be told', () => troubles(disturbed).length > 0);
    expect((await fetch(`${disturbed.strayd.url}/healthz`)).status).toBe(200);
    await broker.start();
    await waitFor('the first records', () => recordsDone(disturbed.folder, topic) > 0, LONG);
    const [beforeIt = ''] = disturbed.strayd.log().split('"kafka_recovered"');
    expect(beforeIt.match(/"kafka_trouble".*ECONNREFUSED/g), 'lines about the refusal').toHaveLength(1);
    // The broker says itself that its coordinator is not ready yet.
    expect(beforeIt.match(/"level":[45]0/g)?.length).toBeLessThanOrEqual(2);

    await broker.stop('SIGKILL');
    const share = recordsDone(disturbed.folder, topic) / records.length;
    // Whatever was read by now: half of the records are still to come.
    expect(share).toBeLessThanOrEqual(0.5);
    const told = troubles(disturbed).length;
    await waitFor('the trouble to be told again', () => troubles(disturbed).length > told, LONG);
    await broker.start();
    await waitFor('the recovery', () => disturbed.strayd.log().split('"kafka_recovered"').length === 3, LONG);
    await produce(broker.brokers, topic, records.slice(half));
    await waitFor('all records', () => recordsDone(disturbed.folder, topic) === records.length, LONG);

    const even = await start('even', topic);
    await waitFor('all records', () => recordsDone(even.folder, topic) === records.length, LONG);
    for (const { strayd } of [disturbed, even]) expect(await strayd.stop()).toBe(0);
    for (const entity of ENTITIES) {
      const steps = stepsOf(disturbed.folder, entity);
      expect(steps.length).toBeGreaterThan(STEPS - 5);
      expect(steps).toEqual(stepsOf(even.folder, entity));
    }
  }, 120_000);

  interface Run {
    readonly strayd: StraydProcess;
    readonly folder: string;
  }

  async function start(name: string, topic: string): Promise<Run> {
    const folder = mkdtempSync(join(root, `${name}-`));
    const { brokers } = broker;
    const detector = { training: { schedule: '0 0 29 2 *', min_steps: 1_000_000 } };
    const config = drillConfig({ brokers, groupId: name, topics: [topic], folder, detector });
    const strayd = await startStrayd(folder, config);
    running.push(strayd);
    return { strayd, folder };
  }

  function troubles({ strayd }: Run): string[] {
    return strayd
      .log()
      .split('\n')
      .filter((line) => line.includes('"kafka_trouble"'));
  }
});
