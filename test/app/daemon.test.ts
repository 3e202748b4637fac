import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as daemonModule from '../../src/app/daemon.ts';
import type { Daemon } from '../../src/app/daemon.ts';
import type { DaemonOptions } from '../../src/app/daemon-options.ts';
import type { Published, TrainedModel } from '../../src/app/messages.ts';
import type { DryRunView } from '../../src/server/views/dry-run-view.ts';
import type { AlertView } from '../../src/server/views/alert-view.ts';
import type { ModelView } from '../../src/server/views/model-view.ts';
import type { StatusView } from '../../src/server/views/status-view.ts';
import { fleetDetector } from '../../src/ingest/replay/fleet-detector.ts';
import { openStore } from '../../src/store/open-store.ts';
import { StoreLockedError } from '../../src/store/store-error.ts';
import { acquireStoreLock } from '../../src/store/lock.ts';
import { DescribedApi } from '../server/described-api.ts';
import { temporaryDirectory } from '../store/sample-checkpoints.ts';
import { builtModule } from '../support/built-module.ts';
import { metricValue } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { webhookConfig } from '../delivery/channel-configs.ts';
import { configOf } from './config-fixture.ts';

const FLEET = { hosts: 6, historyDays: 2, liveDays: 1 };
const base = fleetDetector();
/** One model for all, so that the hold-out of two days is enough for thresholds that are not provisional. */
const SPEC = {
  ...base,
  cohort: [],
  model: { ...base.model, type: 'linear' as const, backend: 'wasm' as const },
  training: { ...base.training, minSteps: 2600 },
};

async function start(options: DaemonOptions): Promise<Daemon> {
  const { startDaemon } = await builtModule<typeof daemonModule>('app/daemon.js');
  return startDaemon(options);
}

describe('a daemon on a small simulated fleet', () => {
  const path = temporaryDirectory();
  const seen: Published[] = [];
  const ended = new Set<string>();
  const trained: (TrainedModel | null)[] = [];
  let hook: WebhookReceiver;
  let daemon: Daemon;
  const optionsAt = (storePath: string): DaemonOptions => ({
    config: {
      ...configOf(storePath, SPEC),
      channels: [webhookConfig(hook.url)],
    },
    stream: { kind: 'simulated', fleet: FLEET },
    log: 'silent',
    trainWhenDue: true,
    observer: {
      published: (published) => seen.push(published),
      trainingEnded: (_run, model) => trained.push(model),
      streamEnded: (part) => ended.add(part),
    },
  });
  const getJson = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;
  const scrape = async (): Promise<string> => (await fetch(`${daemon.url}/metrics`)).text();

  beforeAll(async () => {
    hook = await startWebhookReceiver();
    daemon = await start(optionsAt(path));
  });
  afterAll(async () => {
    await daemon.stop();
    await hook.close();
    rmSync(path, { recursive: true });
  });

  it('is ready when its partitions are assigned', async () => {
    const ready = await waitFor('readiness', async () => {
      const response = await fetch(`${daemon.url}/readyz`);
      return response.ok ? response.json() : null;
    });
    expect(ready).toEqual({ ready: true, missing: [] });
    expect((await fetch(`${daemon.url}/healthz`)).status).toBe(200);
  });

  it('trains by itself once there is enough history, and scores what comes then', async () => {
    await waitFor('the history and a model', () => ended.has('history') && trained.length > 0, {
      timeoutMs: 60_000,
    });
    expect(trained[0]?.promoted).toBe(true);
    await daemon.resume();
    await waitFor('the live day', () => ended.has('live'), { timeoutMs: 60_000 });
    const status = await getJson<StatusView>(`${daemon.url}/api/v1/status`);
    expect(status.trouble).toEqual([]);
    expect(status.detectors).toMatchObject([
      { detector: 'fleet', entities: 6, warmupRatio: 1, training: 'idle' },
    ]);
    expect(status.detectors[0]?.modelVersion).toBe(trained.at(-1)?.version);
    expect(status.detectors[0]?.threshold?.low).toBeLessThan(status.detectors[0]?.threshold?.raw ?? NaN);
    expect(seen.some(({ scores }) => scores.length > 0)).toBe(true);
  }, 150_000);

  it('shows its metrics by the names of the interface, with sane values', async () => {
    const text = await waitFor('a scrape after the last checkpoint', async () => {
      const now = await scrape();
      return (metricValue(now, 'strayd_entities{detector="fleet",state="known"}') ?? 0) === 6 ? now : null;
    });
    const value = (series: string): number => metricValue(text, series) ?? Number.NaN;
    const between = (series: string, low: number, high: number): void => {
      expect(value(series), series).toBeGreaterThanOrEqual(low);
      expect(value(series), series).toBeLessThanOrEqual(high);
    };
    const scored = seen.reduce((sum, { allScores }) => sum + (allScores['fleet']?.length ?? 0), 0);
    expect(value('strayd_windows_scored_total{detector="fleet"}')).toBe(scored);
    expect(value('strayd_score_distribution_count{detector="fleet"}')).toBe(scored);
    // Six hosts, a live day of 1440 steps less gaps and what is still open, and what of the history came after the model.
    between('strayd_windows_scored_total{detector="fleet"}', 0.97 * 6 * 1440, 6 * 1440 + 6 * 280);
    expect(text.match(/^strayd_anomaly_score\{/gm)).toHaveLength(6);
    between('strayd_samples_total{source="fleet",result="accepted"}', 0.97 * 6 * 6 * 4320, 6 * 6 * 4320);
    between('strayd_store_bytes', 100_000, 50_000_000);
    between('strayd_event_loop_delay_seconds{thread="main"}', 0, 10);
    between('strayd_event_loop_delay_seconds{thread="pipeline"}', 0, 10);
    for (const [series, expected] of [
      ['strayd_score_series_omitted{detector="fleet"}', 0],
      ['strayd_warmup_ratio{detector="fleet"}', 1],
      ['strayd_kafka_lag_records{topic="fleet-metrics",partition="0"}', 0],
      [
        'strayd_training_runs_total{detector="fleet",outcome="promoted"}',
        trained.filter((one) => one?.promoted).length,
      ],
      ['strayd_training_duration_seconds_count', trained.length],
      [`strayd_model_info{detector="fleet",version="${trained.at(-1)?.version}",backend="wasm"}`, 1],
    ] as const) {
      expect(value(series), series).toBe(expected);
    }
    const liveEndSeconds = Date.UTC(2026, 0, 8) / 1000;
    between('strayd_last_scored_timestamp_seconds{detector="fleet"}', liveEndSeconds - 300, liveEndSeconds);
    between(
      'strayd_model_trained_timestamp_seconds{detector="fleet"}',
      Date.now() / 1000 - 600,
      Date.now() / 1000,
    );
    const behind = Date.now() / 1000 - liveEndSeconds;
    between('strayd_watermark_lag_seconds{source="fleet"}', behind - 600, behind + 600);
    between('strayd_alert_budget_used_ratio{detector="fleet"}', 0, 10);
    expect(text).toMatch(/^strayd_build_info\{version="[^"]+",node_version="[^"]+"\} 1$/m);
  });

  it('counts an alert for each one that it tells of, and delivers it once', async () => {
    const { alerts } = await getJson<{ alerts: { alert: { id: string }; deliver: boolean }[] }>(
      `${daemon.url}/api/v1/alerts?state=resolved`,
    );
    const told = alerts.filter(({ deliver }) => deliver).map(({ alert }) => alert.id);
    expect(told.length).toBeGreaterThan(0);
    const hooked = await waitFor('every delivery', () => {
      const bodies = hook.requests.map(
        ({ body }) => JSON.parse(body) as { alert: { id: string }; event: string },
      );
      const firing = bodies.filter(({ event }) => event === 'firing').map(({ alert }) => alert.id);
      return told.every((id) => firing.includes(id)) ? firing : null;
    });
    expect(new Set(hooked).size).toBe(hooked.length);
    await waitFor('an empty outbox', async () => {
      const text = await scrape();
      const delivered = metricValue(text, 'strayd_deliveries_total{channel="hook",outcome="delivered"}');
      return (
        delivered === hook.requests.length && metricValue(text, 'strayd_outbox_pending{channel="hook"}') === 0
      );
    });
  });

  it('plays its last day once more, as it runs and with an edited configuration', async () => {
    const { yaml } = await getJson<{ yaml: string }>(`${daemon.url}/api/v1/config/detectors`);
    const response = await fetch(`${daemon.url}/api/v1/dry-run`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ yaml: yaml.replace('budget: 5 per week', 'budget: 100 per day') }),
    });
    const { detectors } = (await response.json()) as DryRunView;
    expect(detectors).toMatchObject([{ detector: 'fleet', tried: ['alert.budget'], notPlayed: null }]);
    const { onRecord = 0, then, now, steps = 0 } = detectors[0]?.played ?? {};
    expect(steps).toBeGreaterThan(0.97 * 6 * 1440);
    expect(onRecord).toBeGreaterThan(0);
    // The same incidents, by the thresholds of today.
    expect(Math.abs((then?.alerts ?? 0) - onRecord)).toBeLessThanOrEqual(2);
    expect(now?.alerts).toBeGreaterThan(then?.alerts ?? Infinity);
  });

  it('labels an alert that it knows, and no other', async () => {
    const label = (id: string): Promise<Response> =>
      fetch(`${daemon.url}/api/v1/alerts/${id}/label`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ label: 'real' }),
      });
    const { alerts } = await getJson<{ alerts: { alert: { id: string } }[] }>(`${daemon.url}/api/v1/alerts`);
    const id = alerts[0]?.alert.id ?? '';
    expect((await label(id)).status).toBe(200);
    expect(await getJson(`${daemon.url}/api/v1/alerts/${id}`)).toMatchObject({ label: 'real' });
    expect((await label('nothing')).status).toBe(404);
  });

  it('answers every call as its OpenAPI document describes it', async () => {
    const api = await DescribedApi.at(daemon.url);
    for (const id of ['metrics', 'health', 'readiness', 'openApi', 'status', 'deadLetters']) {
      expect(await api.call(id)).toMatchObject({ status: 200 });
    }
    for (const id of ['listDetectors', 'listScores', 'listSources', 'listTrainingRuns', 'config']) {
      expect(await api.call(id)).toMatchObject({ status: 200 });
    }
    await api.call('followEvents');

    const { body: listed } = await api.call('listAlerts', { query: { detector: 'fleet', limit: '1000' } });
    const { alerts } = listed as { alerts: AlertView[] };
    const [{ alert, incident } = { alert: { id: '', entity: '' }, incident: '' }] = alerts;
    const path = { id: alert.id };
    expect((await api.call('showAlert', { path })).status).toBe(200);
    expect((await api.call('labelAlert', { path, body: { label: 'false' } })).status).toBe(200);
    await api.call('acceptAlert', { path });
    await api.call('tellDeployment', { body: { entity: alert.entity } });
    await api.call('listIncidents', { query: { limit: '1000' } });
    expect((await api.call('showIncident', { path: { id: incident ?? '' } })).status).toBe(200);
    const of = { detector: 'fleet', entity: alert.entity };
    expect((await api.call('explain', { query: of })).status).toBe(200);
    expect((await api.call('entitySteps', { path: of })).status).toBe(200);

    const muted = await api.call('mute', { body: { ...of, for: '2h' } });
    await api.call('listMutes');
    expect((await api.call('endMute', { path: muted.body as { id: string } })).status).toBe(204);
    const planned = await api.call('planMaintenance', {
      body: { start: '2026-03-01T22:00:00Z', end: '2026-03-02T02:00:00Z' },
    });
    await api.call('listMaintenance');
    expect((await api.call('takeMaintenanceBack', { path: planned.body as { id: string } })).status).toBe(
      204,
    );

    await api.call('listDeliveries');
    expect((await api.call('resend', { body: { alert: alert.id, channel: 'none' } })).status).toBe(404);
    expect(await api.call('testChannel', { path: { name: 'hook' } })).toMatchObject({
      body: { attempts: [{ ok: true }, { ok: true }] },
    });

    const { body: kept } = await api.call('listModels');
    const version = { version: (kept as { models: ModelView[] }).models[0]?.version ?? '' };
    await api.call('showModel', { path: version });
    const file = await api.call('modelFile', { path: version });
    expect(file.status).toBe(200);
    expect((await api.call('importModel', { body: Buffer.from('no model') })).status).toBe(409);
    expect((await api.call('rollBack', { path: { name: 'flet' } })).status).toBe(404);
    expect((await api.call('train', { path: { name: 'flet' } })).status).toBe(404);
    expect((await api.call('cancelTraining', { path: { name: 'fleet' } })).status).toBe(409);
    await api.call('detectorsConfig');
    expect((await api.call('dryRun', { body: { yaml: 'detectors: [{}]' } })).status).toBe(400);

    // There is no file that it could load anew.
    expect((await api.call('reload')).status).toBe(409);
    expect((await api.call('mute', { body: { ...of, for: '2h', untill: '' } })).status).toBe(400);
    expect((await api.call('listAlerts', { query: { state: 'burning' } })).status).toBe(400);
    expect(api.ids.filter((id) => !api.called.has(id))).toEqual([]);
  });

  it('holds its store alone, and leaves one that the next daemon goes on with', async () => {
    expect(() => acquireStoreLock(path, process.pid + 1)).toThrow(StoreLockedError);
    const asked = trained.length;
    daemon.train('fleet');
    await Promise.all([daemon.stop(), daemon.stop()]);
    expect(await daemon.ended).toBeNull();
    // The training asked for last was stopped with it: no model of it, and no process left to write one.
    expect(trained.slice(asked)).toEqual([null]);

    const reader = openStore(path, { mode: 'read' });
    const [before, activations] = [reader.sequence, reader.listActivations('fleet')];
    const marks = reader.marks();
    expect(reader.listTrainingRuns('fleet', 1)).toMatchObject([{ outcome: 'stopped' }]);
    reader.close();
    expect(
      marks.map(({ nextOffset }) => nextOffset).reduce((sum, offset) => sum + offset, 0),
    ).toBeGreaterThan(100_000);

    seen.length = 0;
    daemon = await start(optionsAt(path));
    const text = await waitFor('the model of before', async () => {
      const now = await scrape();
      return now.includes('strayd_model_info{') ? now : null;
    });
    expect(text).toContain(`version="${activations.at(-1)?.version}"`);
    await daemon.resume();
    await waitFor('a checkpoint after the restart', () => seen.some(({ sequence }) => sequence > before));
    // It goes on where the first one was: nothing is taken in a second time.
    const accepted = seen.flatMap(({ samples }) => samples).filter(({ result }) => result === 'accepted');
    expect(accepted).toEqual([]);
  });
});

describe('a daemon that can not start', () => {
  it('names the address that is taken, and lets go of the store', async () => {
    const path = temporaryDirectory();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const config = configOf(path, SPEC);
    const taken = { ...config, server: { ...config.server, listen: { host: '127.0.0.1', port } } };
    const options = {
      stream: { kind: 'simulated', fleet: FLEET },
      log: 'silent',
      trainWhenDue: false,
    } as const;
    await expect(start({ ...options, config: taken })).rejects.toThrow(`Can't listen on 127.0.0.1:${port}`);
    other.close();
    const daemon = await start({ ...options, config });
    await daemon.stop();
    rmSync(path, { recursive: true });
  });

  it('names who holds the store, rather than the address, where that one listens there', async () => {
    const path = temporaryDirectory();
    const options = {
      stream: { kind: 'simulated', fleet: FLEET },
      log: 'silent',
      trainWhenDue: false,
    } as const;
    const config = configOf(path, SPEC);
    const first = await start({ ...options, config });
    const listen = { host: '127.0.0.1', port: Number(new URL(first.url).port) };
    const same = { ...config, server: { ...config.server, listen } };
    await expect(start({ ...options, config: same })).rejects.toThrow(`process ${process.pid}`);
    await first.stop();
    rmSync(path, { recursive: true });
  });

  it('says who holds the store', async () => {
    const path = temporaryDirectory();
    const writer = openStore(path, { mode: 'write', pid: process.pid, random: Math.random });
    const options = {
      stream: { kind: 'simulated', fleet: FLEET },
      log: 'silent',
      trainWhenDue: false,
    } as const;
    await expect(start({ ...options, config: configOf(path, SPEC) })).rejects.toThrow(String(process.pid));
    writer.close();
    rmSync(path, { recursive: true });
  });
});
