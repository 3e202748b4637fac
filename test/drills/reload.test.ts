import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatusView } from '../../src/server/backend.ts';
import type { TestRecord } from '../support/kafka.ts';
import { metricValue } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { fleetRecords, type Fault } from './drill-fleet.ts';
import { KilledRun } from './killed-run.ts';
import { alertsOf, stepsOf, transitionsOf, withStore } from './store-evidence.ts';
import { LIVE_FROM_STEP, trainedStore, type TrainedStore } from './trained-store.ts';

const SEED = 11;
const LIVE_STEPS = 240;
const ENTITIES = ['db-1', 'web-1', 'cache-1'];
const RELOADS = 4;
/** Of the detector that is changed: without requests; what is held out of so much history is enough for its thresholds. */
const OTHER = {
  features: [
    { metric: 'load' },
    { metric: 'latency' },
    { name: 'cpu_busy', metric: 'cpu_seconds_total', as: 'rate', aggregate: 'sum' },
  ],
  training: { schedule: '0 0 29 2 *', min_steps: 2600 },
};

const fault = (entity: string, atStep: number, metric: Fault['metric']): Fault => ({
  entity,
  fromStep: LIVE_FROM_STEP + atStep,
  steps: 9,
  metric,
  size: 1.5,
});

interface Problem {
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly line: number; readonly column: number; readonly path: string }[];
}

describe('a configuration that is loaded anew', () => {
  const closers: (() => unknown)[] = [];
  let trained: TrainedStore;
  let live: TestRecord[];

  const liveRecords = (steps: number, faults: readonly Fault[]): TestRecord[] =>
    fleetRecords({
      seed: SEED + 1,
      entities: ENTITIES,
      fromStep: LIVE_FROM_STEP,
      untilStep: LIVE_FROM_STEP + steps,
      faults,
      rough: true,
    });

  beforeAll(async () => {
    trained = await trainedStore({ seed: SEED, entities: ENTITIES });
    closers.push(() => trained.remove());
    live = liveRecords(
      LIVE_STEPS,
      ENTITIES.flatMap((entity, index) =>
        [0, 1, 2].map((round) => fault(entity, 25 + 65 * round + 13 * index, 'load')),
      ),
    );
  }, 180_000);

  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  async function newRun(name: string, records: readonly TestRecord[]): Promise<KilledRun> {
    const run = await KilledRun.open(trained, name, records);
    closers.push(() => run.close());
    return run;
  }

  async function reload({ strayd }: KilledRun): Promise<{ readonly status: number; readonly body: Problem }> {
    const response = await fetch(`${strayd.url}/api/v1/reload`, { method: 'POST' });
    return { status: response.status, body: (await response.json()) as Problem };
  }

  it('again and again in mid-stream, and with a kill -9, changes no vector, score, alert or message', async () => {
    const undisturbed = await newRun('undisturbed', live);
    await undisturbed.sendUntil(live.length);
    await undisturbed.start();
    await undisturbed.caughtUp();
    await undisturbed.delivered();
    await undisturbed.stop();

    const run = await newRun('reloaded', live);
    await run.start();
    for (let part = 1; part <= RELOADS; part++) {
      const sent = Math.floor((part * live.length) / (RELOADS + 1));
      await run.sendUntil(sent);
      await waitFor('some of it', () => run.done > sent - live.length / (RELOADS + 1), { everyMs: 5 });
      run.strayd.configure(run.config({ training: { schedule: `${part} 0 29 2 *`, min_steps: 1000 } }));
      if (part === 1) {
        const both = await Promise.all([reload(run), reload(run)]);
        expect(both.map(({ status }) => status)).toEqual([200, 200]);
      } else {
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
    for (const entity of ENTITIES) {
      const steps = stepsOf(undisturbed.folder, entity);
      expect(steps.length).toBeGreaterThan(1000);
      expect(stepsOf(run.folder, entity)).toEqual(steps);
    }
    expect(transitionsOf(run.folder)).toEqual(transitionsOf(undisturbed.folder));
    expect(alertsOf(run.folder)).toEqual(alertsOf(undisturbed.folder));
    expect(undisturbed.keys().length).toBeGreaterThan(5);
    expect(new Set(run.keys())).toEqual(new Set(undisturbed.keys()));
  }, 120_000);

  it('that can not be used leaves the one before in use, and says why and where', async () => {
    const run = await newRun('refused', live);
    await run.start();
    const success = 'strayd_config_last_reload_successful';
    expect(metricValue(await run.metrics(), success)).toBe(1);
    const takenAt = metricValue(await run.metrics(), 'strayd_config_last_reload_success_timestamp_seconds');

    run.strayd.configure(run.config({ step: 'soon' }));
    const wrong = await reload(run);
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors).toMatchObject([{ path: 'detectors[0].step' }]);
    expect(wrong.body.detail).toMatch(/strayd\.yaml:\d+:\d+: detectors\[0\]\.step: /);
    const fixed = { ...run.config(), kafka: { brokers: ['elsewhere:9092'], group_id: 'other' } };
    run.strayd.configure(fixed);
    const elsewhere = await reload(run);
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
    run.strayd.configure({ ...run.config({ mode: 'observe' }), channels: [] });
    expect((await reload(run)).status).toBe(200);
    const after = await run.strayd.get<StatusView>('/api/v1/status');
    expect(after.trouble).toEqual([]);
    expect(after.detectors).toMatchObject([{ mode: 'observe' }]);
    expect(metricValue(await run.metrics(), success)).toBe(1);
    await run.stop();
  }, 120_000);

  it('with other features lets the detector go on until what it is to be has warmed up, over a kill -9', async () => {
    const records = liveRecords(3200, [
      fault('db-1', 100, 'requests_total'),
      fault('web-1', 400, 'requests_total'),
      fault('cache-1', 3100, 'load'),
      fault('db-1', 3100, 'requests_total'),
    ]);
    const until = (step: number): number =>
      records.findIndex(({ timeMs }) => (timeMs ?? 0) >= (LIVE_FROM_STEP + step) * 60_000);
    const run = await newRun('shadow', records);
    const detector = async () => (await run.strayd.get<StatusView>('/api/v1/status')).detectors[0];
    await run.start();
    await run.sendUntil(until(50));
    await run.caughtUp();
    const former = await waitFor('a checkpoint', async () => {
      const seen = await detector();
      return (seen?.modelVersion ?? null) === null ? null : (seen ?? null);
    });
    run.strayd.configure(run.config(OTHER));
    expect((await reload(run)).status).toBe(200);
    expect(await detector()).toMatchObject({
      modelVersion: former.modelVersion,
      next: { modelVersion: null },
    });

    await run.sendUntil(until(200));
    await run.caughtUp();
    await run.kill();
    await run.start(OTHER);
    await run.sendUntil(until(2800));
    await run.caughtUp();
    // What only the former one watches is still told of.
    const told = (fromStep: number, steps: number) =>
      alertsOf(run.folder).flatMap(({ alert, delivered, startedMs }) => {
        const atStep = startedMs / 60_000 - LIVE_FROM_STEP - fromStep;
        return delivered && atStep >= 0 && atStep < steps ? [alert] : [];
      });
    expect(told(95, 30).map(({ entity }) => entity)).toContain('db-1');
    expect(told(395, 30).map(({ entity }) => entity)).toContain('web-1');

    await waitFor('its model', async () => (await detector())?.next?.modelVersion ?? null, {
      timeoutMs: 60_000,
    });
    await run.sendUntil(until(3050));
    await waitFor('the succession', () => run.log().includes('"event":"detector_succeeded"'), {
      timeoutMs: 60_000,
    });
    const now = await waitFor('the new one', async () => {
      const seen = await detector();
      return seen?.next === null && seen.modelVersion !== null ? seen : null;
    });
    expect(now.modelVersion).not.toBe(former.modelVersion);
    await run.sendUntil(records.length);
    await run.caughtUp();
    await run.delivered();
    const late = told(3095, 30);
    expect(late.map(({ entity }) => entity)).toEqual(['cache-1']);
    expect(late[0]?.contributions.map(({ feature }) => feature)).not.toContain('requests');
    const metrics = await run.metrics();
    expect(metrics).not.toContain('fleet~next');
    expect(alertsOf(run.folder).every(({ alert }) => alert.detector === 'fleet')).toBe(true);
    await run.stop();
    const { names, models } = withStore(run.folder, (store) => ({
      names: store.listAlerts({ limit: 1000 }).map(({ alert }) => alert.detector),
      models: store.listModels('fleet').map(({ version }) => version),
    }));
    expect(new Set(names)).toEqual(new Set(['fleet']));
    expect(models).toEqual([now.modelVersion]);
  }, 180_000);
});
