import { describe, expect, it } from 'vitest';
import { closeOrphans } from '../../src/app/orphaned-alerts.ts';
import { firingAlert, notificationOf } from '../delivery/alert-fixtures.ts';
import {
  alertOf,
  checkpointOf,
  detectorSpec,
  entityRow,
  openWriter,
  temporaryDirectory,
  transition,
} from '../store/sample-checkpoints.ts';

describe('closeOrphans', () => {
  const spec = detectorSpec();
  const other = detectorSpec({ features: spec.features.slice(1) });

  /** A store with a firing and a pending alert, both of entities that are watched. */
  function storeWithAlerts() {
    const store = openWriter(temporaryDirectory());
    store.declareDetectors([spec]);
    const firing = firingAlert(0, { entity: 'db-1', id: 'firing' });
    const pending = alertOf('db-2', { id: 'pending' });
    const transitions = [
      transition(firing, 'pending', 'firing', 2),
      transition(pending, null, 'pending', 100),
    ];
    const entities = [entityRow('db-1', 5), entityRow('db-2', 100)];
    store.applyCheckpoint(checkpointOf({ effects: { transitions }, entities }), { outbox: [] });
    return store;
  }

  it('leaves alerts alone whose entities come back', () => {
    const store = storeWithAlerts();
    const restored = store.readRestoredState([spec], 1);
    expect(closeOrphans(store.listAlerts({ state: 'open' }), restored)).toEqual({
      effects: null,
      incidents: restored.incidents,
    });
    store.close();
  });

  it('leaves a shift alone that was laid aside beside a newer alert of its entity', () => {
    const store = storeWithAlerts();
    const newer = firingAlert(3_600_000, { entity: 'db-1', id: 'newer' });
    const effects = { transitions: [transition(newer, 'pending', 'firing', 300)] };
    store.applyCheckpoint(checkpointOf({ effects, entities: [entityRow('db-1', 300)] }), { outbox: [] });
    const restored = store.readRestoredState([spec], 1);
    expect(closeOrphans(store.listAlerts({ state: 'open' }), restored).effects).toBeNull();
    store.close();
  });

  it('ends those of a detector with other features, and tells who was told', () => {
    const store = storeWithAlerts();
    const { effects } = closeOrphans(
      store.listAlerts({ state: 'open' }),
      store.readRestoredState([other], 1),
    );
    expect(effects?.transitions.map(({ alert, from, to }) => [alert.id, from, to])).toEqual([
      ['pending', 'pending', 'discarded'],
      ['firing', 'firing', 'resolved'],
    ]);
    expect(effects?.notifications).toMatchObject([
      { event: 'resolved', deliver: true, alert: { id: 'firing', resolution: 'no_data' } },
    ]);
    if (effects !== null) store.applyCheckpoint(checkpointOf({ effects }), { outbox: [] });
    expect(store.listAlerts({ state: 'open' })).toEqual([]);
    store.close();
  });

  it('ends those of a detector that was renamed, with the times of its own step', () => {
    const store = storeWithAlerts();
    const before = store.showAlert('firing');
    const renamed = detectorSpec({ name: 'machines', stepMs: 2 * spec.stepMs });
    const { effects } = closeOrphans(
      store.listAlerts({ state: 'open' }),
      store.readRestoredState([renamed], 1),
    );
    if (effects === null) throw new Error('nothing was ended');
    store.applyCheckpoint(checkpointOf({ effects }), { outbox: [] });
    expect(store.showAlert('firing')).toMatchObject({
      alert: { state: 'resolved' },
      stepMs: before?.stepMs,
      startedMs: before?.startedMs,
    });
    expect(store.listAlerts({ state: 'open' })).toEqual([]);
    store.close();
  });
});

it('an incident ends with its last orphan, and goes on without those that others outlive', () => {
  const spec = detectorSpec();
  const store = openWriter(temporaryDirectory());
  store.declareDetectors([spec]);
  const gone = firingAlert(0, { entity: 'db-1', id: 'gone' });
  const stays = firingAlert(0, { entity: 'db-2', id: 'stays' });
  const incidents = [
    { incident: notificationOf(gone, { id: 'ends' }).incident, joined: ['gone'] },
    { incident: notificationOf(stays, { id: 'stays' }).incident, joined: ['stays'] },
  ];
  const transitions = [gone, stays].map((alert) => transition(alert, 'pending', 'firing', 2));
  const entities = [entityRow('db-2', 5)];
  store.applyCheckpoint(checkpointOf({ effects: { transitions, incidents }, entities }), { outbox: [] });
  const orphans = closeOrphans(store.listAlerts({ state: 'open' }), store.readRestoredState([spec], 1));
  expect(orphans.incidents.map(({ incident }) => incident.id)).toEqual(['stays']);
  expect(orphans.effects?.incidentNotifications.map(({ incident, event }) => [incident.id, event])).toEqual([
    ['ends', 'resolved'],
  ]);
  store.close();
});
