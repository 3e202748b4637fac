import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTopic, produce, type TestRecord } from '../support/kafka.ts';
import { startStrayd, type StraydProcess } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { drillConfig } from './drill-config.ts';
import { fleetRecords, PARTITIONS, type Fault } from './drill-fleet.ts';
import { killPoints, type KillPoint } from './kill-points.ts';
import { alertsOf, marksOf, recordsDone, stepsOf, transitionsOf } from './store-evidence.ts';
import { LIVE_FROM_STEP, trainedStore, type TrainedStore } from './trained-store.ts';

const SEED = 7;
const KILLS = 3;
const LIVE_STEPS = 360;
const ENTITIES = ['db-1', 'db-2', 'web-1', 'web-2', 'cache-1'];

/** A run of the daemon from the trained store, with its webhook. */
interface Run {
  readonly folder: string;
  readonly webhook: WebhookReceiver;
}

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

describe('kill -9 in mid-stream, three times, with an alert pending and steps open', () => {
  let trained: TrainedStore;
  let live: TestRecord[];
  let undisturbed: Run;
  let killed: Run;
  let points: readonly KillPoint[];
  let strayd: StraydProcess | null = null;

  beforeAll(async () => {
    trained = await trainedStore({ seed: SEED, entities: ENTITIES });
    live = fleetRecords({
      seed: SEED + 1,
      entities: ENTITIES,
      fromStep: LIVE_FROM_STEP,
      untilStep: LIVE_FROM_STEP + LIVE_STEPS,
      faults: faults(),
      silences: [
        { entity: 'db-2', fromStep: LIVE_FROM_STEP + 150, steps: 2 },
        { entity: 'web-1', fromStep: LIVE_FROM_STEP + 199, steps: 12 },
        // It goes while its alert fires.
        { entity: 'cache-1', fromStep: LIVE_FROM_STEP + 285, steps: LIVE_STEPS },
      ],
      rough: true,
    });
    undisturbed = await newRun('undisturbed');
    killed = await newRun('killed');
    const topic = await createTopic(trained.brokers, PARTITIONS);
    await produce(trained.brokers, topic, live);
    strayd = await start(undisturbed, topic);
    await done(undisturbed, topic, live.length);
    await strayd.stop();
    points = killPoints(live, transitionsOf(undisturbed.folder), { seed: SEED, count: KILLS });
  }, 180_000);

  afterAll(async () => {
    await strayd?.kill();
    for (const run of [undisturbed, killed]) await run.webhook.close();
    trained.remove();
  });

  it('starts again with equal vectors, scores, alerts and transitions, and every webhook delivered', async () => {
    const topic = await createTopic(trained.brokers, PARTITIONS);
    // Taken, but the daemon does not learn of it: such a delivery has to come again, under the same key.
    killed.webhook.misbehave((_, request) => (request % 3 === 0 ? 'reset' : { status: 200 }));
    let sent = 0;
    const sendUntil = async (end: number): Promise<void> => {
      await produce(trained.brokers, topic, live.slice(sent, end));
      sent = end;
    };
    strayd = await start(killed, topic);
    for (const [index, { alertId, stillAt, killedAt }] of points.entries()) {
      await sendUntil(stillAt);
      await done(killed, topic, stillAt);
      await sendUntil(killedAt);
      // Once with records taken in but nothing of them written, once right after they have been written.
      if (index % 2 === 1) {
        await waitFor('a checkpoint', () => recordsDone(killed.folder, topic) > stillAt, { everyMs: 1 });
      }
      await strayd.kill();
      expectSoFar();
      expect(alertsOf(killed.folder).find(({ alert }) => alert.id === alertId)?.alert.state).toBe('pending');
      const open = [...marksOf(killed.folder).values()].filter(
        (mark) => mark.topic === topic && mark.lowOffset < mark.nextOffset,
      );
      expect(open.length, 'partitions with steps open').toBeGreaterThan(0);
      const share = recordsDone(killed.folder, topic) / live.length;
      expect(share).toBeGreaterThan(0.1);
      expect(share).toBeLessThan(0.9);
      strayd = await start(killed, topic);
    }
    await sendUntil(live.length);
    await done(killed, topic, live.length);
    const wanted = new Set(keysOf(undisturbed));
    await waitFor('all webhooks', () => new Set(keysOf(killed)).size >= wanted.size);
    expect(await strayd.stop()).toBe(0);

    expectSoFar();
    for (const entity of ENTITIES) {
      expect(stepsOf(killed.folder, entity)).toHaveLength(stepsOf(undisturbed.folder, entity).length);
    }
    expect(transitionsOf(killed.folder)).toEqual(transitionsOf(undisturbed.folder));
    expect(alertsOf(killed.folder)).toEqual(alertsOf(undisturbed.folder));
    expect(new Set(keysOf(killed))).toEqual(wanted);
    expect(wanted.size).toBeGreaterThan(10);
    expect(keysOf(killed).length).toBeGreaterThan(wanted.size);
  }, 120_000);

  /** What the killed run has so far is, to the bit, what the undisturbed one had at that point. */
  function expectSoFar(): void {
    for (const entity of ENTITIES) {
      const steps = stepsOf(killed.folder, entity);
      expect(steps.length).toBeGreaterThan(1000);
      expect(steps).toEqual(stepsOf(undisturbed.folder, entity).slice(0, steps.length));
    }
    const transitions = transitionsOf(undisturbed.folder);
    expect(transitions).toEqual(expect.arrayContaining(transitionsOf(killed.folder)));
  }

  async function newRun(name: string): Promise<Run> {
    return { folder: trained.copy(name), webhook: await startWebhookReceiver() };
  }

  function start({ folder, webhook }: Run, topic: string): Promise<StraydProcess> {
    const { brokers } = trained;
    const config = { brokers, groupId: `drill-${topic}`, topics: [topic], folder, webhookUrl: webhook.url };
    return startStrayd(folder, drillConfig(config));
  }

  async function done({ folder }: Run, topic: string, records: number): Promise<void> {
    await waitFor(`${records} records to be worked on`, () => recordsDone(folder, topic) === records, {
      timeoutMs: 60_000,
      everyMs: 100,
    });
  }
});

function keysOf({ webhook }: Run): string[] {
  return webhook.requests.map(({ headers }) => String(headers['idempotency-key']));
}
