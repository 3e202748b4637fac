import { expect, it } from 'vitest';
import { OutboxDesk } from '../../src/app/outbox-desk.ts';
import type { TelemetryEvent } from '../../src/app/telemetry.ts';
import type { IncidentNotification } from '../../src/pipeline/alerts/incident.ts';
import { firingAlert, notificationOf, resolvedAlert } from '../delivery/alert-fixtures.ts';
import { checkpointOf, detectorSpec, openWriter, temporaryDirectory } from '../store/sample-checkpoints.ts';

const hook = { name: 'hook', type: 'webhook', template: null } as const;

it('more than max_notifications_per_hour are one summary, also over a restart, and are told and counted', () => {
  const store = openWriter(temporaryDirectory());
  const events: TelemetryEvent[] = [];
  let nowMs = 0;
  const open = () =>
    new OutboxDesk({
      routes: [hook],
      facts: { detectors: [detectorSpec()], externalUrl: null, timezone: 'UTC' },
      store,
      maxPerHour: 2,
      report: (event) => events.push(event),
      templateFailed: () => undefined,
      nowMs: () => nowMs,
    });
  const begin = (desk: OutboxDesk, ...ids: string[]): string[] =>
    rowsOf(
      desk,
      ids.map((id) => notificationOf(firingAlert(0), { id })),
    );
  const rowsOf = (desk: OutboxDesk, incidentNotifications: readonly IncidentNotification[]): string[] => {
    const { effects } = checkpointOf({ effects: { incidentNotifications } });
    const part = desk.rowsFor(effects);
    store.applyCheckpoint(checkpointOf({}), part);
    return part.outbox.map(({ idempotencyKey }) => idempotencyKey);
  };
  expect(begin(open(), 'a')).toEqual(['a:firing:hook']);
  const desk = open();
  const [b, summary] = begin(desk, 'b', 'c', 'd');
  expect(b).toBe('b:firing:hook');
  expect(summary).toMatch(/^[0-9a-f]{16}:firing:hook$/);
  expect(desk.takeHeld()).toBe(2);
  expect(desk.takeHeld()).toBe(0);
  expect(events.map(({ event, fields }) => [event, fields?.['held']])).toEqual([['held_back', 2]]);
  expect(desk.isDue()).toBe(false);
  nowMs += 3_600_000;
  // Two of which people know nothing go on.
  expect(open().isDue()).toBe(false);
  expect(begin(open(), 'c')).toEqual(['c:firing:hook']);
  expect(rowsOf(open(), [notificationOf(resolvedAlert(0), { id: 'd' })])).toEqual([
    summary?.replace('firing', 'resolved'),
  ]);
  nowMs += 3_600_000;
  expect(open().isDue()).toBe(false);
  store.close();
});

it('without an edge channel there is nothing to brake', () => {
  const store = openWriter(temporaryDirectory());
  const desk = new OutboxDesk({
    routes: [{ name: 'am', type: 'alertmanager', template: null }],
    facts: { detectors: [detectorSpec()], externalUrl: null, timezone: 'UTC' },
    store,
    maxPerHour: 1,
    report: () => {
      throw new Error('nothing is held back');
    },
    templateFailed: () => undefined,
  });
  const incidentNotifications = ['a', 'b'].map((id) => notificationOf(firingAlert(0), { id }));
  expect(desk.rowsFor(checkpointOf({ effects: { incidentNotifications } }).effects)).toEqual({ outbox: [] });
  store.close();
});
