import BetterSqlite3 from 'better-sqlite3';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/pipeline/alerts/incident.ts';
import { openStore } from '../../src/store/open-store.ts';
import { firingAlert, notificationOf, resolvedAlert } from '../delivery/alert-fixtures.ts';
import {
  checkpointOf,
  detectorSpec,
  entityRow,
  openWriter,
  temporaryDirectory,
  transition,
} from './sample-checkpoints.ts';

const a = firingAlert(0, { id: 'a', entity: 'db-1' });
const b = firingAlert(0, { id: 'b', entity: 'db-2' });
const incidentOf = (change: Partial<Incident>): Incident => notificationOf([a, b], change).incident;

function storeWith(
  ...updates: readonly { readonly incident: Incident; readonly joined: readonly string[] }[]
) {
  const store = openWriter(temporaryDirectory());
  store.declareDetectors([detectorSpec()]);
  const transitions = [a, b].map((alert) => transition(alert, 'pending', 'firing', 2));
  store.applyCheckpoint(checkpointOf({ effects: { transitions, incidents: updates } }), { outbox: [] });
  return store;
}

describe('incidents', () => {
  it('are as their last change left them, with every number as it was, and known by their alerts', () => {
    const first = incidentOf({ alerts: 1, dueMs: -Infinity });
    const second = incidentOf({ toldAtMs: 1.5 });
    const store = storeWith({ incident: first, joined: ['a'] }, { incident: second, joined: ['b'] });
    expect(store.showIncident(first.id)).toEqual({ incident: second, stepMs: 15_000 });
    expect(store.incidentAlerts(first.id)).toEqual([a, b]);
    expect(store.showAlert('b')?.incidentId).toBe(first.id);
    expect(store.listAlerts({ incident: first.id }).map(({ alert }) => alert.id)).toEqual(['b', 'a']);
    expect(store.listAlerts({ incident: 'other' })).toEqual([]);
    store.close();
  });

  it('come back to the pipeline while they are not over, and are listed by state', () => {
    const open = incidentOf({ id: 'open', openedStep: 9 });
    const over = incidentOf({ id: 'over', state: 'resolved' });
    const store = storeWith({ incident: over, joined: ['b'] }, { incident: open, joined: ['a'] });
    const { incidents } = store.readRestoredState([detectorSpec()], 1);
    expect(incidents).toEqual([{ incident: open, alerts: [a] }]);
    const ids = (query: Parameters<typeof store.listIncidents>[0]): string[] =>
      store.listIncidents(query).map(({ incident }) => incident.id);
    expect(ids({})).toEqual(['open', 'over']);
    expect(ids({ state: 'open' })).toEqual(['open']);
    expect(ids({ state: 'resolved', detector: 'hosts' })).toEqual(['over']);
    expect(ids({ detector: 'jobs' })).toEqual([]);
    expect(ids({ limit: 1 })).toEqual(['open']);
    store.close();
  });

  it('lose an alert to the one that it is told with after all', () => {
    const record = incidentOf({ id: 'record', deliver: false });
    const told = incidentOf({ id: 'told' });
    const store = storeWith({ incident: record, joined: ['a', 'b'] }, { incident: told, joined: ['a'] });
    expect(store.incidentAlerts('record')).toEqual([b]);
    expect(store.showAlert('a')?.incidentId).toBe('told');
    store.close();
  });

  it('go when their alerts are too old to be kept', () => {
    const over = resolvedAlert(0);
    const store = storeWith({ incident: incidentOf({ id: 'old', state: 'resolved' }), joined: [over.id] });
    const entities = [entityRow('db-1', (500 * 86_400_000) / 15_000)];
    store.applyCheckpoint(checkpointOf({ entities }), { outbox: [] });
    store.applyCheckpoint(checkpointOf({}), { outbox: [] });
    expect(store.listIncidents()).toEqual([]);
    store.close();
  });
});

it('what people were told before there were incidents is ended under the key that they know', () => {
  const directory = temporaryDirectory();
  const store = openWriter(directory);
  store.declareDetectors([detectorSpec()]);
  const effects = {
    transitions: [a, b].map((alert) => transition(alert, 'pending', 'firing', 2)),
    notifications: [{ alert: a, event: 'firing', atMs: 0, deliver: true } as const],
  };
  store.applyCheckpoint(checkpointOf({ effects }), { outbox: [] });
  store.close();
  const database = new BetterSqlite3(join(directory, 'strayd.db'));
  database.exec('DROP TABLE incidents; DROP TABLE incident_members; DROP TABLE quiet_windows');
  for (const table of ['models', 'activations']) database.exec(`ALTER TABLE ${table} DROP COLUMN step_ms`);
  database.pragma('user_version = 6');
  database.close();
  openWriter(directory).close();
  const reader = openStore(directory, { mode: 'read' });
  expect(reader.listIncidents()).toMatchObject([
    {
      incident: { id: 'a', entity: 'db-1', deliver: true, firing: 1, told: 1, openedStep: 2 },
      stepMs: 15_000,
    },
  ]);
  expect(reader.showAlert('a')?.incidentId).toBe('a');
  expect(reader.showAlert('b')?.incidentId).toBeNull();
  reader.close();
});
