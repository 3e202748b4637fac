import { describe, expect, it } from 'vitest';
import { NotificationBrake, type BrakeState } from '../../src/delivery/notification-brake.ts';
import { summaryRows } from '../../src/delivery/outbox-rows.ts';
import { webhookBodySchema } from '../../src/delivery/webhook-body.ts';
import type { Incident, IncidentNotification } from '../../src/pipeline/alerts/incident.ts';
import { factsOf, firingAlert, notificationOf, resolvedAlert } from './alert-fixtures.ts';
import { pagerdutyEventSchema } from './pagerduty-schema.ts';
import { slackMessageSchema } from './slack-schema.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const alertOf = (id: string) => firingAlert(0, { id: id.padStart(16, '0'), entity: `host-${id}` });
const begins = (id: string, change: Partial<Incident> = {}): IncidentNotification =>
  notificationOf(alertOf(id), { id, ...change });
const ends = (id: string): IncidentNotification => notificationOf(resolvedAlert(0), { id });

/** What was said at each time, the brake restarted before each. */
function told(
  limit: number,
  story: readonly (readonly [atMs: number, ...IncidentNotification[]])[],
): string[] {
  let state: BrakeState | null = null;
  return story.map(([atMs, ...notifications]) => {
    const brake: NotificationBrake = new NotificationBrake(limit, state);
    const { pass, summary, held } = brake.take(notifications, atMs);
    state = JSON.parse(JSON.stringify(brake.state)) as BrakeState;
    const passed = pass.map(({ incident, event }) => `${incident.id} ${event}`);
    const said = summary === null ? [] : [`summary ${summary.number} ${summary.event}: ${summary.count}`];
    return [...passed, ...said, ...(held > 0 ? [`${held} held`] : [])].join(', ');
  });
}

describe('the brake on notifications', () => {
  it('lets so many an hour pass, then tells at once of what it holds back, and each hour of what came since', () => {
    expect(
      told(2, [
        [0, begins('a'), begins('b')],
        [1 * MINUTE, begins('c'), begins('d')],
        [2 * MINUTE, begins('e')],
        [HOUR + MINUTE, begins('f')],
        [HOUR + 2 * MINUTE],
        [2 * HOUR + MINUTE],
        [2 * HOUR + 2 * MINUTE, begins('g')],
      ]),
    ).toEqual([
      'a firing, b firing',
      'summary 1 firing: 2, 2 held',
      '1 held',
      'f firing, summary 2 firing: 3',
      '',
      'summary 3 resolved: 3',
      'g firing',
    ]);
  });

  it('always passes the end of what people know of, and never that of what they do not', () => {
    expect(
      told(1, [
        [0, begins('a'), begins('b')],
        [1, ends('b'), ends('a')],
      ]),
    ).toEqual(['a firing, summary 1 firing: 1, 1 held', 'a resolved']);
  });

  it('takes no more than its room for what has grown, and does not call that another incident', () => {
    const grown = begins('a', { told: 2, alerts: 8 });
    expect(told(2, [[0, begins('a'), grown, begins('a', { told: 3, alerts: 16 })]])).toEqual([
      'a firing, a firing',
    ]);
  });

  it('is not used up by what is only on record', () => {
    expect(told(1, [[0, begins('a', { deliver: false }), begins('b')]])).toEqual(['b firing']);
  });
});

describe('a summary of what was held back', () => {
  const brake = new NotificationBrake(1);
  const flood = Array.from({ length: 30 }, (_, index) => begins(String(index)));
  const { summary } = brake.take(flood, Date.UTC(2026, 10, 24, 3));
  if (summary === null) throw new Error('no summary');
  const rows = summaryRows(
    summary,
    (['webhook', 'slack', 'pagerduty', 'alertmanager'] as const).map((type) => ({
      name: type,
      type,
      template: null,
    })),
    { factsOf: (alert) => factsOf(alert), nowMs: 7 },
  );
  const bodyOf = (channel: string): unknown =>
    JSON.parse(rows.find((row) => row.channel === channel)?.body ?? '');

  it('goes to every edge channel under one key, in the form that each documents', () => {
    expect(rows.map(({ idempotencyKey }) => idempotencyKey)).toEqual(
      ['webhook', 'slack', 'pagerduty'].map((channel) => `${summary.id}:firing:${channel}`),
    );
    expect(webhookBodySchema.parse(bodyOf('webhook'))).toMatchObject({
      held_back: true,
      incident: { alerts: 29 },
      text: { title: '29 more incidents held back since 2026-11-24 03:00:00 UTC' },
    });
    expect(slackMessageSchema.parse(bodyOf('slack'))).toEqual(bodyOf('slack'));
    const event = { routing_key: 'k'.repeat(32), ...(bodyOf('pagerduty') as object) };
    expect(pagerdutyEventSchema.parse(event)).toEqual(event);
  });

  it('names the first and counts the others', () => {
    const { lines } = webhookBodySchema.parse(bodyOf('webhook')).text;
    expect(lines[1]).toContain('1: host-1: latency 4.2 s');
    expect(lines.slice(-2)).toEqual([
      'and 9 more',
      'All are on record: "strayd alerts list", /metrics, and Alertmanager if you have one.',
    ]);
  });
});
