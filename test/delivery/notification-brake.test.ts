import { describe, expect, it } from 'vitest';
import { tellSummary } from '../../src/delivery/brake-message.ts';
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
    const updates = summary !== null && summary.updates > 0 ? ` and ${summary.updates} updates` : '';
    const said =
      summary === null ? [] : [`summary ${summary.number} ${summary.event}: ${summary.count}${updates}`];
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
        [HOUR + 2 * MINUTE, ends('c'), ends('d'), ends('e')],
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

  it('takes no more than its room for what has grown, and counts the rest as updates, not as more incidents', () => {
    const grown = (number: number, alerts: number) => begins('a', { told: number, alerts });
    expect(told(2, [[0, begins('a'), grown(2, 8), grown(3, 16), grown(4, 500)]])).toEqual([
      'a firing, a firing, summary 1 firing: 0 and 1 updates',
    ]);
  });

  it('is not over while what it held back goes on and people know nothing of it', () => {
    expect(
      told(1, [
        [0, begins('a'), begins('b')],
        [2 * HOUR],
        [3 * HOUR],
        [3 * HOUR + MINUTE, ends('b')],
        [4 * HOUR],
      ]),
    ).toEqual(['a firing, summary 1 firing: 1, 1 held', '', '', 'summary 2 resolved: 1', '']);
  });

  it('tells what it held back by the next reminder for which there is room, before what people know of', () => {
    const again = (id: string): IncidentNotification => begins(id, { told: 2 });
    expect(
      told(1, [
        [0, begins('a'), begins('b')],
        [MINUTE, again('b')],
        [4 * HOUR, again('a'), again('b')],
        [5 * HOUR],
        [6 * HOUR, ends('b')],
        [7 * HOUR],
      ]),
    ).toEqual([
      'a firing, summary 1 firing: 1, 1 held',
      '',
      'b firing, summary 2 firing: 1 and 1 updates',
      'summary 3 resolved: 1 and 1 updates',
      'b resolved',
      '',
    ]);
  });

  it('goes on from what an earlier version remembered', () => {
    const lead = alertOf('b');
    const earlier = { sinceMs: 0, count: 1, named: [{ id: 'b', lead }], summaries: 1, summaryAtMs: 0 };
    const brake = new NotificationBrake(1, { sentMs: [0], heldIds: ['b'], braking: earlier });
    expect(brake.isDue(HOUR)).toBe(false);
    expect(brake.take([begins('c'), begins('d')], HOUR).summary).toMatchObject({
      count: 2,
      updates: 0,
      named: [{ id: 'd' }],
    });
  });

  it('counts no message of the future, so that a clock set back holds nothing back', () => {
    expect(
      told(1, [
        [100 * HOUR, begins('a')],
        [10 * HOUR, begins('b')],
        [10 * HOUR + 1, begins('c')],
        [5 * HOUR, begins('d')],
        [5 * HOUR + 1, begins('e')],
      ]),
    ).toEqual([
      'a firing',
      'b firing',
      'summary 1 firing: 1, 1 held',
      'd firing',
      'summary 2 firing: 2, 1 held',
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

  it('names the newest and counts the others, each time those since the last one', () => {
    const { lines } = webhookBodySchema.parse(bodyOf('webhook')).text;
    expect(lines[1]).toContain('10: host-10: latency 4.2 s');
    const later = new NotificationBrake(1, brake.state);
    const more = later.take(
      [begins('30'), begins('0', { told: 2, alerts: 500 })],
      Date.UTC(2026, 10, 24, 3, 20),
    );
    expect(more.summary).toBeNull();
    const next = later.take([], Date.UTC(2026, 10, 24, 4)).summary;
    if (next === null) throw new Error('no summary');
    const { message } = tellSummary(next, (alert) => factsOf(alert));
    expect(message.title).toBe('30 more incidents and 1 update held back since 2026-11-24 03:00:00 UTC');
    expect(message.lines.slice(1, 3)).toEqual([
      expect.stringMatching(/^30: host-30: /),
      expect.stringMatching(/^0: host-0: .* \(told before, 500 alerts now\)$/),
    ]);
    expect(message.lines[3]).toBe('and 29 more');
    expect(lines.slice(-2)).toEqual([
      'and 9 more',
      'All are on record: "strayd alerts list", /metrics, and Alertmanager if you have one.',
    ]);
  });
});
