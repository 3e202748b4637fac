import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTopic, produce } from '../support/kafka.ts';
import type { StatusView } from '../../src/server/views/status-view.ts';
import { metricValue } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { STEP_MS } from './drill-fleet.ts';
import { expectSameRun } from './expect-same-run.ts';
import { KilledRun } from './killed-run.ts';
import { liveFault, livePart } from './live-part.ts';
import { recordsDone, stepsOf, vectors } from './store-evidence.ts';
import { rowsOf } from './training-rows.ts';
import { LIVE_FROM_STEP, SHARED_FLEET, sharedStore, type TrainedStore } from './trained-store.ts';

const LIVE_STEPS = 240;
const { entities: ENTITIES } = SHARED_FLEET;
const RELOADS = 4;
/** The other source's entity begins so late in the live part, in steps: in its second half. */
const NEWCOMER_FROM = LIVE_STEPS / 2 + 5;
const LONG = { timeoutMs: 100_000 };

describe('a configuration that is loaded anew', () => {
  const closers: (() => unknown)[] = [];
  const live = livePart(
    LIVE_STEPS,
    ENTITIES.flatMap((entity, index) =>
      [0, 1, 2].map((round) => liveFault(entity, 25 + 65 * round + 13 * index, 'load')),
    ),
  );
  let trained: TrainedStore;
  let undisturbed: KilledRun;

  beforeAll(async () => {
    trained = await sharedStore();
    closers.push(() => trained.remove());
    undisturbed = await newRun('undisturbed');
    await undisturbed.sendUntil(live.length);
    await undisturbed.start();
    await undisturbed.caughtUp();
    await undisturbed.delivered();
    await undisturbed.stop();
  }, 180_000);

  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  async function newRun(name: string): Promise<KilledRun> {
    const run = await KilledRun.open(trained, { name, records: live });
    closers.push(() => run.close());
    return run;
  }

  function expectUndisturbed(run: KilledRun): void {
    expectSameRun(run.folder, undisturbed.folder, { entities: ENTITIES, moreStepsThan: 1000 });
    expect(undisturbed.keys().length).toBeGreaterThan(5);
    expect(new Set(run.keys())).toEqual(new Set(undisturbed.keys()));
  }

  it('again and again in mid-stream, and with a kill -9, changes no vector, score, alert or message', async () => {
    const run = await newRun('reloaded');
    await run.start();
    for (let part = 1; part <= RELOADS; part++) {
      const sent = Math.floor((part * live.length) / (RELOADS + 1));
      await run.sendUntil(sent);
      await waitFor('some of it', () => run.done > sent - live.length / (RELOADS + 1), { everyMs: 5 });
      const next = run.config({ training: { schedule: `${part} 0 29 2 *`, min_steps: 1000 } });
      if (part === 1) {
        run.strayd.configure(next);
        const both = await Promise.all([run.reload(), run.reload()]);
        expect(both.map(({ status }) => status)).toEqual([200, 200]);
      } else {
        run.strayd.configure(next);
        run.strayd.hangUp();
        await waitFor(
          'the reload',
          () => run.log().split('"event":"reloaded"').length > 1 + (part > 2 ? part - 3 : part - 1),
        );
      }
      if (part === 2) {
        await run.kill();
        await run.start({ training: { schedule: '2 0 29 2 *', min_steps: 1000 } });
      }
    }
    await run.sendUntil(live.length);
    await run.caughtUp();
    await run.delivered();
    expect(await run.stop()).toBe(0);
    expectUndisturbed(run);
  }, 120_000);

  /** What is configured with one more source and, if there is one, one more detector. */
  function withMore(
    run: KilledRun,
    source: Readonly<Record<string, unknown>>,
    ...detectors: readonly unknown[]
  ) {
    const config = run.config() as { sources: readonly unknown[]; detectors: readonly unknown[] };
    return {
      ...config,
      sources: [...config.sources, { format: 'prometheus_json', ...source }],
      detectors: [...config.detectors, ...detectors],
    };
  }

  it('with other sources leaves the group and joins it: nothing is lost, nothing comes twice', async () => {
    // What the newcomer in the other source sends is known: the same as one of the first source, from a time on that nothing has passed yet.
    const [known = '', newcomer] = [ENTITIES[0], 'cache-9'];
    const theirs = live
      .filter(({ key, timeMs }) => key === known && timeMs >= (LIVE_FROM_STEP + NEWCOMER_FROM) * STEP_MS)
      .map((record) => ({
        ...record,
        partition: 0,
        value: String(record.value).replaceAll(`"${known}"`, `"${newcomer}"`),
      }));
    const topic = await createTopic(trained.brokers, 1);
    const send = (from: number, until: number): Promise<void> =>
      produce(trained.brokers, topic, theirs.slice(from, until));
    const run = await newRun('sources');
    const both = withMore(run, { name: 'more', topics: [topic] });
    const third = Math.floor(theirs.length / 3);
    await send(0, third);
    await run.start();
    await run.sendUntil(Math.floor(live.length / 2));
    await waitFor('some of it', () => run.done > 0, { everyMs: 5 });
    expect((await run.reload(both)).status).toBe(200);
    await run.caughtUp();
    await waitFor('the other source', () => recordsDone(run.folder, topic) === third);

    expect((await run.reload(run.config())).status).toBe(200);
    await send(third, theirs.length);
    expect((await run.reload(both)).status).toBe(200);
    await run.sendUntil(live.length);
    await run.caughtUp();
    await waitFor('the other source', () => recordsDone(run.folder, topic) === theirs.length);
    expect(await run.stop()).toBe(0);
    for (const entity of ENTITIES) {
      expect(vectors(stepsOf(run.folder, entity))).toEqual(vectors(stepsOf(undisturbed.folder, entity)));
    }
    // Its first step has no rates, and those before it are not its own.
    const of = ({ folder }: KilledRun, entity: string): string[] =>
      vectors(stepsOf(folder, entity, LIVE_FROM_STEP + NEWCOMER_FROM + 10));
    expect(of(run, newcomer).length).toBeGreaterThan(LIVE_STEPS - NEWCOMER_FROM - 20);
    expect(of(run, newcomer)).toEqual(of(undisturbed, known));
  }, 120_000);

  it('with another detector reads its history back, and no other notices', async () => {
    const run = await newRun('joined');
    const busy = {
      name: 'busy',
      source: 'history',
      entity: ['instance'],
      features: [{ metric: 'latency' }, { metric: 'load' }],
      step: '1m',
      allowed_lateness: '2m',
      windows: [4, 8],
      model: { layers: [16, 8], max_epochs: 2 },
      training: { schedule: '0 0 29 2 *', min_steps: 300, bootstrap: 'kafka' },
    };
    await run.start();
    await run.sendUntil(Math.floor(live.length / 2));
    await waitFor('some of it', () => run.done > 0, { everyMs: 5 });
    const history = { name: 'history', topics: [trained.topic] };
    expect((await run.reload(withMore(run, history, busy))).status).toBe(200);
    await run.sendUntil(live.length);
    await run.caughtUp();
    // Nothing comes in its source any more, which takes half a minute to be told from a slow one.
    await waitFor('its model', () => /"event":"model_activated".*busy/.test(run.log()), LONG);
    expect(run.log()).toMatch(
      /History of busy is read back from Kafka in .*: (\d+) of \1 stretches, \d+ vectors/,
    );
    await run.delivered();
    expect(await run.stop()).toBe(0);
    expectUndisturbed(run);

    const [ofFleet, ofBusy] = [rowsOf(run.folder, 'fleet'), rowsOf(run.folder, 'busy')];
    expect(ofBusy.map(({ entity }) => entity)).toEqual(ENTITIES.toSorted());
    for (const { entity, rows } of ofBusy) {
      const known = ofFleet.find((one) => one.entity === entity)?.rows ?? new Map<number, string>();
      const shared = [...rows].filter(([step]) => known.has(step));
      expect(shared.length).toBeGreaterThan(300);
      // After cpu_busy, before requests.
      const sameOf = (step: number): string[] | undefined => known.get(step)?.split(' ').slice(1, 3);
      for (const [step, row] of shared) expect(row.split(' ').slice(0, 2)).toEqual(sameOf(step));
    }
  }, 180_000);

  it('that can not be used leaves the one before in use, and says why and where', async () => {
    const run = await newRun('refused');
    await run.start();
    const success = 'strayd_config_last_reload_successful';
    expect(metricValue(await run.metrics(), success)).toBe(1);
    const takenAt = metricValue(await run.metrics(), 'strayd_config_last_reload_success_timestamp_seconds');

    const wrong = await run.reload(run.config({ step: 'soon' }));
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors).toMatchObject([{ path: 'detectors[0].step' }]);
    expect(wrong.body.detail).toMatch(/strayd\.yaml:\d+:\d+: detectors\[0\]\.step: /);
    const kafka = { brokers: ['elsewhere:9092'], group_id: 'other' };
    const elsewhere = await run.reload({ ...run.config(), kafka });
    expect(elsewhere.status).toBe(409);
    expect(elsewhere.body.detail).toContain('kafka.brokers, kafka.group_id have changed, and need a restart');
    await waitFor('the metric', async () => metricValue(await run.metrics(), success) === 0);
    expect(metricValue(await run.metrics(), 'strayd_config_last_reload_success_timestamp_seconds')).toBe(
      takenAt,
    );
    const status = await run.strayd.get<StatusView>('/api/v1/status');
    expect(status.trouble.join()).toContain('is not used, the one before goes on');
    expect(status.reload).toMatchObject({ successful: false });

    await run.sendUntil(live.length);
    await run.caughtUp();
    expect((await run.reload({ ...run.config({ mode: 'observe' }), channels: [] })).status).toBe(200);
    const after = await run.strayd.get<StatusView>('/api/v1/status');
    expect(after.trouble).toEqual([]);
    expect(after.detectors).toMatchObject([{ mode: 'observe' }]);
    expect(metricValue(await run.metrics(), success)).toBe(1);
    await run.stop();
  }, 120_000);
});
