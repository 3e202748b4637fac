import { afterAll, expect, it } from 'vitest';
import type { StatusView } from '../../src/server/views/status-view.ts';
import { waitFor } from '../support/wait-for.ts';
import { KilledRun } from './killed-run.ts';
import { liveFault, livePart } from './live-part.ts';
import { alertsOf, withStore } from './store-evidence.ts';
import { LIVE_FROM_STEP, sharedStore } from './trained-store.ts';

/** Without requests; what is held out of so much history is enough for its thresholds. */
const OTHER = {
  features: [
    { metric: 'load' },
    { metric: 'latency' },
    { name: 'cpu_busy', metric: 'cpu_seconds_total', as: 'rate', aggregate: 'sum' },
  ],
  training: { schedule: '0 0 29 2 *', min_steps: 2600 },
};

const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

it('a detector that is to have other features goes on until what it is to be has warmed up, over a kill -9', async () => {
  const records = livePart(3200, [
    liveFault('db-1', 100, 'requests_total'),
    liveFault('web-1', 400, 'requests_total'),
    liveFault('cache-1', 3100, 'load'),
    liveFault('db-1', 3100, 'requests_total'),
  ]);
  const until = (step: number): number =>
    records.findIndex(({ timeMs }) => (timeMs ?? 0) >= (LIVE_FROM_STEP + step) * 60_000);
  const trained = await sharedStore();
  closers.push(() => trained.remove());
  const run = await KilledRun.open(trained, { name: 'shadow', records });
  closers.push(() => run.close());
  const detector = async () => (await run.strayd.get<StatusView>('/api/v1/status')).detectors[0];
  await run.start();
  await run.sendUntil(until(50));
  await run.caughtUp();
  const former = await waitFor('a checkpoint', async () => {
    const seen = await detector();
    return (seen?.modelVersion ?? null) === null ? null : (seen ?? null);
  });
  expect((await run.reload(run.config(OTHER))).status).toBe(200);
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
