import { firingAlert, notificationOf } from '../delivery/alert-fixtures.ts';
import { describe, expect, it } from 'vitest';
import type { AlertTransition } from '../../src/pipeline/effects.ts';
import {
  alertOf,
  checkpointOf,
  detectorSpec,
  openWriter,
  temporaryDirectory,
  transition,
} from './sample-checkpoints.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';

function storeWith(...transitions: AlertTransition[]): StoreWriter {
  const store = openWriter(temporaryDirectory());
  store.declareDetectors([detectorSpec(), detectorSpec({ name: 'jobs', stepMs: 60_000 })]);
  store.applyCheckpoint(checkpointOf({ effects: { transitions } }), { outbox: [] });
  return store;
}

describe('alerts', () => {
  it('are as their last transition left them, with every number as it was', () => {
    const first = alertOf('db-1');
    const fired = alertOf('db-1', { state: 'firing', firedStep: 103, peakScore: 4.25, lastStepOver: 103 });
    const store = storeWith(
      transition(first, null, 'pending', 100),
      transition(fired, 'pending', 'firing', 103),
    );
    expect(store.showAlert('alert-db-1')).toEqual({
      alert: fired,
      incidentId: null,
      label: null,
      delivered: false,
      startedMs: 1_500_000,
      stepMs: 15_000,
    });
    expect(store.listTransitions('hosts').map(({ from, to, step }) => [from, to, step])).toEqual([
      [null, 'pending', 100],
      ['pending', 'firing', 103],
    ]);
    store.close();
  });

  it('take on a new peak without a transition when they stay as they are', () => {
    const firing = alertOf('db-1', { state: 'firing' });
    const store = storeWith(transition(firing, null, 'firing', 100));
    const higher = alertOf('db-1', { state: 'firing', peakScore: 9 });
    store.applyCheckpoint(
      checkpointOf({ effects: { transitions: [transition(higher, 'firing', 'firing', 104)] } }),
      { outbox: [] },
    );
    expect(store.showAlert('alert-db-1')?.alert.peakScore).toBe(9);
    expect(store.listTransitions('hosts')).toHaveLength(1);
    store.close();
  });

  it('are listed newest first by detector, entity and state, without those that ended unconfirmed', () => {
    const store = storeWith(
      transition(alertOf('db-1'), null, 'pending', 100),
      transition(alertOf('db-2', { firstStepOver: 90 }), null, 'pending', 90),
      transition(alertOf('db-2', { firstStepOver: 90 }), 'pending', 'firing', 92),
      transition(alertOf('db-3'), null, 'pending', 100),
      transition(alertOf('db-3'), 'pending', 'discarded', 103),
      transition(alertOf('cron', { detector: 'jobs', firstStepOver: 50 }), null, 'pending', 50),
      transition(alertOf('cron', { detector: 'jobs', firstStepOver: 50 }), 'pending', 'resolved', 60),
    );
    const ids = (query: Parameters<StoreWriter['listAlerts']>[0]): string[] =>
      store.listAlerts(query).map(({ alert }) => alert.entity);
    expect(ids({})).toEqual(['cron', 'db-1', 'db-2']);
    expect(ids({ limit: Infinity })).toHaveLength(3);
    expect(ids({ limit: 2 })).toEqual(['cron', 'db-1']);
    expect(ids({ detector: 'hosts' })).toEqual(['db-1', 'db-2']);
    expect(ids({ detector: 'hosts', entity: 'db-2' })).toEqual(['db-2']);
    expect(ids({ state: 'firing' })).toEqual(['db-2']);
    expect(ids({ state: 'open' })).toEqual(['db-1', 'db-2']);
    expect(store.showAlert('nothing')).toBeNull();
    store.close();
  });

  it('keep their label and delivery through later transitions', () => {
    const alert = alertOf('db-1');
    const store = storeWith(transition(alert, null, 'pending', 100));
    expect(store.labelAlert(alert.id, 'planned')).toBe(true);
    expect(store.labelAlert('nothing', 'real')).toBe(false);
    const notification = { alert, event: 'firing', atMs: 1_545_000, deliver: true } as const;
    store.applyCheckpoint(
      checkpointOf({
        effects: {
          transitions: [transition(alert, 'pending', 'firing', 103)],
          notifications: [notification, notification, { ...notification, event: 'resolved', deliver: false }],
        },
      }),
      { outbox: [] },
    );
    expect(store.showAlert(alert.id)).toMatchObject({ label: 'planned', delivered: true });
    expect(store.listNotifications('hosts', 0).map(({ event, deliver }) => [event, deliver])).toEqual([
      ['firing', true],
      ['resolved', false],
    ]);
    expect(store.listNotifications('hosts', 2e6)).toEqual([]);
    store.close();
  });

  it('count against the budget as incidents that were delivered and hold none that is labelled real', () => {
    const names = ['real', 'planned', 'plain', 'observed', 'old', 'fault'];
    const alerts = [...names, 'with-real'].map((name) => alertOf(name));
    const store = storeWith(...alerts.map((alert) => transition(alert, null, 'pending', 100)));
    const incidents = names.map((name) => {
      const { incident } = notificationOf(firingAlert(0), {
        id: `incident-${name}`,
        openedStep: name === 'old' ? 1 : 100,
        deliver: name !== 'observed',
        ...(name === 'fault' && { fault: { kind: 'absence' as const, entities: 6 } }),
      });
      const joined = name === 'real' ? ['alert-real', 'alert-with-real'] : [`alert-${name}`];
      return { incident, joined };
    });
    store.applyCheckpoint(checkpointOf({ effects: { incidents } }), { outbox: [] });
    store.labelAlert('alert-real', 'real');
    store.labelAlert('alert-planned', 'planned');
    expect(store.countIncidentsAgainstBudget('hosts', 100 * 15_000, 'detector')).toBe(2);
    expect(store.countIncidentsAgainstBudget('jobs', 0, 'detector')).toBe(0);
    // Of each entity: the one beside the real one counts, its own alert is not labelled.
    expect(store.countIncidentsAgainstBudget('hosts', 100 * 15_000, 'entity')).toBe(3);
    store.close();
  });
});
