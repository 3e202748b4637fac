import { expect, it } from 'vitest';
import { outboxRows } from '../../src/delivery/outbox-rows.ts';
import { IncidentFold } from '../../src/pipeline/alerts/incident-fold.ts';
import type { IncidentNotification, IncidentUpdate } from '../../src/pipeline/alerts/incident.ts';
import type { Alert } from '../../src/pipeline/effects.ts';
import { spec, stepMs } from '../pipeline/alerts/gate-fixtures.ts';
import { factsOf, firingAlert } from './alert-fixtures.ts';

it('tickets and topics find all messages of an incident by one key, whatever becomes of its alerts', () => {
  const fold = new IncidentFold(spec);
  const sink = { incidents: [] as IncidentUpdate[], incidentNotifications: [] as IncidentNotification[] };
  const at = (step: number) => ({ group: {}, clockMs: (step + 1) * stepMs });
  const firing = (alert: Alert, step: number): void =>
    fold.take({ alert, from: 'pending', to: 'firing', step }, at(step), sink);
  const ends = (alert: Alert, step: number): void => {
    const over: Alert = { ...alert, state: 'resolved', resolvedStep: step, resolution: 'recovered' };
    fold.take({ alert: over, from: 'firing', to: 'resolved', step }, at(step), sink);
  };
  const first = firingAlert(0, { id: 'first', peakScore: 2 });
  const stronger = firingAlert(0, { id: 'stronger', entity: 'web-1', severity: 'info', peakScore: 9 });
  const shift: Alert = { ...stronger, kind: 'shift', kindAtOnset: 'anomaly' };
  firing(first, 2);
  firing(stronger, 20);
  fold.take({ alert: shift, from: 'firing', to: 'firing', step: 60 }, at(60), sink);
  fold.shifted(shift.id, at(60).clockMs, sink);
  ends(first, 100);
  ends(shift, 200);
  fold.release(Infinity, sink);

  const routes = [
    { name: 'hook', type: 'webhook', template: null },
    { name: 'page', type: 'pagerduty', template: null },
    { name: 'topic', type: 'kafka', template: null },
  ] as const;
  const context = { factsOf: (alert: Alert) => factsOf(alert), nowMs: 0, templateFailed: () => undefined };
  const rows = sink.incidentNotifications.flatMap((one) => outboxRows(one, routes, context));
  const bodies = (name: string) =>
    rows.filter(({ channel }) => channel === name).map(({ body }) => JSON.parse(body) as Body);
  const pages = bodies('page');
  expect(pages.map(({ event_action }) => event_action)).toEqual(['trigger', 'trigger', 'trigger', 'resolve']);
  expect(new Set(pages.map(({ dedup_key }) => dedup_key)).size).toBe(1);
  for (const name of ['hook', 'topic']) {
    const told = bodies(name).map(({ incident, alert }) => ({ ...incident, lead: alert?.entity }));
    expect(new Set(told.map(({ id }) => id))).toEqual(new Set([pages[0]?.dedup_key]));
    expect(new Set(told.map(({ entity }) => entity))).toEqual(new Set(['db-3']));
    // The alert on top is another one meanwhile, and no key.
    expect(new Set(told.map(({ lead }) => lead)).size).toBe(2);
  }
  expect(new Set(rows.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(rows.length);
});

interface Body {
  readonly event_action?: string;
  readonly dedup_key?: string;
  readonly incident?: { readonly id: string; readonly entity?: string };
  readonly alert?: { readonly entity: string };
}
