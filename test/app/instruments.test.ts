import { beforeEach, describe, expect, it } from 'vitest';
import { createInstruments, restoreInstruments, showPublished } from '../../src/app/instruments.ts';
import type { Instruments } from '../../src/app/instruments.ts';
import { firingAlert, resolvedAlert } from '../delivery/alert-fixtures.ts';
import { checkpointOf, openWriter, temporaryDirectory, transition } from '../store/sample-checkpoints.ts';
import { metricValue } from '../support/strayd-process.ts';
import { configOf } from './config-fixture.ts';
import { publishedWith, transitionOf } from './published-fixtures.ts';

describe('the instruments', () => {
  let instruments: Instruments;
  const counted = async (event: string, level: string): Promise<number | null> =>
    metricValue(
      await instruments.metrics.registry.metrics(),
      `strayd_events_total{event="${event}",level="${level}"}`,
    );

  beforeEach(() => {
    instruments = createInstruments(configOf('/nowhere'), 'silent', { version: '1', nodeVersion: '20' });
  });

  it('count each event that is reported, and take note of trouble', async () => {
    instruments.report({ event: 'kafka_trouble', level: 'error', message: 'gone' });
    instruments.report({ event: 'kafka_trouble', level: 'error', message: 'gone' });
    expect(await counted('kafka_trouble', 'error')).toBe(2);
    expect(instruments.vitals.trouble()).toEqual(['gone']);
  });

  it('report an alert when it fires and when it resolves, and no other change of it', async () => {
    const firing = firingAlert(0);
    const changes = [
      transitionOf(firing, null, 'pending'),
      transitionOf(firing, 'pending', 'firing'),
      transitionOf(firing, 'firing', 'firing'),
      transitionOf(resolvedAlert(0), 'firing', 'resolved'),
    ];
    showPublished(instruments, publishedWith({ transitions: changes }));
    expect(await counted('alert', 'warn')).toBe(1);
    expect(await counted('alert', 'info')).toBe(1);
    expect(instruments.current.list()).toHaveLength(1);
  });

  it('report a bound that is reached once, and count it each time', async () => {
    const samples = [{ source: 'node', result: 'entity_limit', count: 3 }];
    showPublished(instruments, publishedWith({ samples }));
    showPublished(instruments, publishedWith({ samples }));
    expect(await counted('limit_reached', 'warn')).toBe(1);
    const text = await instruments.metrics.registry.metrics();
    expect(metricValue(text, 'strayd_limit_exceeded_total{limit="entities"}')).toBe(6);
  });

  it('show what a store holds from before a restart, but not alerts of a detector that is gone', async () => {
    const store = openWriter(temporaryDirectory());
    const config = configOf('/nowhere');
    const others = { ...config, detectors: config.detectors.map((spec) => ({ ...spec, name: 'gone' })) };
    store.declareDetectors([...config.detectors, ...others.detectors]);
    const alerts = ['hosts', 'gone'].map((detector) => firingAlert(0, { detector, id: detector }));
    const transitions = alerts.map((alert) => transition(alert, 'pending', 'firing', 2));
    store.applyCheckpoint(checkpointOf({ effects: { transitions } }), { outbox: [] });
    store.insertModel({
      detector: 'hosts',
      version: 'v1',
      path: '/nowhere',
      sha256: '',
      card: '{"backend":"wasm"}',
      status: 'candidate',
      reason: '',
      createdMs: 5000,
    });
    store.activateModel({ detector: 'hosts', version: 'v1', effectiveStep: 1 });

    restoreInstruments(instruments, store, config);
    const text = await instruments.exposition.render();
    expect(text.match(/^strayd_alert_active\{.*/gm)).toEqual([
      'strayd_alert_active{detector="hosts",entity="db-3",kind="anomaly",severity="critical"} 1',
    ]);
    expect(metricValue(text, 'strayd_model_info{detector="hosts",version="v1",backend="wasm"}')).toBe(1);
    expect(instruments.current.list().map(({ alert }) => alert.id)).toEqual(['hosts']);
    store.close();
  });
});
