import { beforeEach, describe, expect, it } from 'vitest';
import { CurrentAlerts } from '../../src/app/current-alerts.ts';
import { factsOf, firingAlert, notificationOf, resolvedAlert } from '../delivery/alert-fixtures.ts';
import { transitionOf } from './published-fixtures.ts';

const QUARTER_MS = 15 * 60_000;

describe('CurrentAlerts', () => {
  let nowMs = 0;
  let current = new CurrentAlerts(factsOf, () => nowMs);
  const states = (): string[] => current.list().map(({ alert }) => `${alert.id} ${alert.state}`);

  beforeEach(() => {
    nowMs = 0;
    current = new CurrentAlerts(factsOf, () => nowMs);
  });

  it('tells of an alert while it fires and for 15 minutes after', () => {
    current.apply([transitionOf(firingAlert(0), 'pending', 'firing')]);
    nowMs += 10 * QUARTER_MS;
    expect(states()).toEqual(['3f2a9c0d11e2b4a7 firing']);
    current.apply([transitionOf(resolvedAlert(0), 'firing', 'resolved')]);
    nowMs += QUARTER_MS;
    expect(states()).toEqual(['3f2a9c0d11e2b4a7 resolved']);
    nowMs += 1;
    expect(states()).toEqual([]);
  });

  it('gives what is known beside with each', () => {
    current.apply([transitionOf(firingAlert(0), 'pending', 'firing')]);
    const [level] = current.list();
    expect(level?.facts.text.summary).toContain('latency');
    expect(level?.facts.incidentId).toBeNull();
    const { incident } = notificationOf(firingAlert(0));
    current.apply([], [{ incident, joined: ['3f2a9c0d11e2b4a7'] }]);
    expect(current.list()[0]?.facts.incidentId).toBe(incident.id);
  });

  it('keeps to itself what is pending, and what nobody was told of', () => {
    current.apply([
      transitionOf(firingAlert(0, { id: 'a', state: 'pending' }), null, 'pending'),
      transitionOf(firingAlert(0, { id: 'b', notified: false }), 'pending', 'firing'),
      transitionOf({ ...resolvedAlert(0), id: 'b', notified: false }, 'firing', 'resolved'),
    ]);
    expect(states()).toEqual([]);
  });

  it('takes up an alert that is told late', () => {
    current.apply([transitionOf(firingAlert(0, { notified: false }), 'pending', 'firing')]);
    current.apply([transitionOf(firingAlert(0), 'firing', 'firing')]);
    expect(states()).toEqual(['3f2a9c0d11e2b4a7 firing']);
  });

  it('goes on with those that fired before a restart', () => {
    current.restore([{ alert: firingAlert(0), incidentId: 'b0a7' }]);
    expect(states()).toEqual(['3f2a9c0d11e2b4a7 firing']);
    expect(current.list()[0]?.facts.incidentId).toBe('b0a7');
  });
});
