import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { outboxRows } from '../../src/delivery/outbox-rows.ts';
import { webhookBodySchema, type WebhookBody } from '../../src/delivery/webhook-body.ts';
import type { Alert } from '../../src/pipeline/effects.ts';
import { factsOf, firingAlert, notificationOf, resolvedAlert } from './alert-fixtures.ts';

const onsetMs = Date.UTC(2026, 10, 24, 3);
const channels = [
  { name: 'hook', type: 'webhook', template: null },
  { name: 'am', type: 'alertmanager', template: null },
  { name: 'hook-2', type: 'webhook', template: null },
] as const;
const contextOf = (alert: Alert) => ({
  factsOf: () => factsOf(alert),
  nowMs: 7,
  templateFailed: () => undefined,
});
const rowsOf = (alert: Alert) => outboxRows(notificationOf(alert), channels, contextOf(alert));
/** Fields that the schema does not know make a difference here. */
const bodyOf = (alert: Alert): WebhookBody => {
  const sent: unknown = JSON.parse(rowsOf(alert)[0]?.body ?? '');
  const body = webhookBodySchema.parse(sent);
  expect(sent).toEqual(body);
  return body;
};

describe('outboxRows', () => {
  it('makes one row for each edge channel, with a key of its own that a replay makes again', () => {
    const alert = firingAlert(onsetMs);
    const rows = rowsOf(alert);
    expect(rows.map(({ id, channel, createdMs }) => ({ id, channel, createdMs }))).toEqual([
      { id: '8c1d77e05b3a9f42:firing:hook', channel: 'hook', createdMs: 7 },
      { id: '8c1d77e05b3a9f42:firing:hook-2', channel: 'hook-2', createdMs: 7 },
    ]);
    expect(
      rows.every(
        ({ id, idempotencyKey, alertId }) => id === idempotencyKey && alertId === '8c1d77e05b3a9f42',
      ),
    ).toBe(true);
    expect(rowsOf(alert)).toEqual(rows);
    expect(rowsOf(resolvedAlert(onsetMs))[0]?.id).toBe('8c1d77e05b3a9f42:resolved:hook');
  });

  it('makes none for a notification that is not to be delivered', () => {
    const alert = firingAlert(onsetMs);
    expect(outboxRows(notificationOf(alert, { deliver: false }), channels, contextOf(alert))).toEqual([]);
  });
});

it('a template that fails leaves strayd’s own words in the row, and is told with its channel', () => {
  const failures: string[] = [];
  const alert = firingAlert(onsetMs);
  const broken = () => {
    throw new Error('undefined variable: x');
  };
  const routes = [
    { name: 'hook', type: 'webhook', template: { title: broken, text: () => 'one\ntwo' } },
    { name: 'chat', type: 'slack', template: { title: () => 'Look!', text: null } },
  ] as const;
  const [hook, chat] = outboxRows(notificationOf(alert), routes, {
    ...contextOf(alert),
    templateFailed: (channel, fault) => failures.push(`${channel}: ${fault}`),
  });
  expect(JSON.parse(hook?.body ?? '').text).toMatchObject({
    title: factsOf(alert).text.title,
    lines: ['one', 'two'],
  });
  expect(JSON.parse(chat?.body ?? '').text).toBe('🔴 Look!');
  expect(failures).toEqual(['hook: undefined variable: x']);
});

describe('the webhook’s body', () => {
  it('tells of a firing alert all that is known', () => {
    expect(bodyOf(firingAlert(onsetMs))).toMatchObject({
      version: '1',
      event: 'firing',
      idempotency_key: '8c1d77e05b3a9f42:firing:hook',
      at: '2026-11-24T03:00:45.000Z',
      alert: {
        started_at: '2026-11-24T03:00:00.000Z',
        fired_at: '2026-11-24T03:00:45.000Z',
        last_over_at: '2026-11-24T03:01:15.000Z',
        resolved_at: null,
        resolution: null,
        labels: { instance: 'db-3', 'k8s.pod': 'db' },
        features: [
          { name: 'latency', share: 0.8, direction: 'up', range: null },
          { name: 'disk', share: 0.2, direction: 'up', range: { low: 20, high: 63 } },
        ],
        recent: [0.8, null, 4.2],
      },
      text: { title: 'db-3: latency 4.2 s, expected about 800 ms (5.3 times as much)' },
      query: 'avg by (instance) (latency{instance="db-3"})',
      url: 'https://strayd.example/?alert=3f2a9c0d11e2b4a7',
      runbook_url: 'https://example.org/runbooks/hosts',
    });
  });

  it('tells of a resolved one when and why it ended', () => {
    expect(bodyOf(resolvedAlert(onsetMs))).toMatchObject({
      event: 'resolved',
      alert: { state: 'resolved', resolved_at: '2026-11-24T03:02:30.000Z', resolution: 'recovered' },
    });
  });

  it('has its published schema in step: after a change, run with UPDATE_SCHEMA=1 and say so in the changelog', async () => {
    const file = new URL('../../docs/webhook.schema.json', import.meta.url);
    const schema = {
      title: 'strayd webhook, version 1',
      description:
        'What a channel of type webhook posts. Fields may be added within version 1, never renamed or removed.',
      ...z.toJSONSchema(webhookBodySchema, { io: 'input' }),
    };
    const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 110 });
    if (process.env['UPDATE_SCHEMA'] === '1') await writeFile(file, text);
    expect(await readFile(file, 'utf8')).toBe(text);
  });
});

describe('several alerts of one incident', () => {
  const members = [
    firingAlert(onsetMs),
    firingAlert(onsetMs + 15_000, { id: 'b'.repeat(16), entity: 'web-1' }),
    { ...resolvedAlert(onsetMs + 30_000), id: 'c'.repeat(16), entity: 'web-2' },
  ] as const;
  const group = { role: 'web' };
  const rows = (told: number) =>
    outboxRows(
      notificationOf(members, { alerts: 40, firing: 39, group, told }),
      [
        { name: 'hook', type: 'webhook', template: null },
        {
          name: 'chat',
          type: 'slack',
          template: {
            title: ({ incident }) =>
              `${incident.alerts} of ${incident.members.map(({ entity }) => entity).join()}`,
            text: null,
          },
        },
      ],
      { factsOf: (alert) => factsOf(alert), nowMs: 7, templateFailed: () => undefined },
    );

  it('are one message that names the likeliest first cause, then the others', () => {
    const [hook, chat] = rows(1);
    const body = webhookBodySchema.parse(JSON.parse(hook?.body ?? ''));
    expect(body.incident).toMatchObject({ update: 0, group, alerts: 40, firing: 39 });
    expect(body.incident?.members.map(({ entity, state }) => `${entity} ${state}`)).toEqual([
      'db-3 firing',
      'web-1 firing',
      'web-2 resolved',
    ]);
    expect(body.text.title).toBe(
      '40 alerts in hosts, role=web; first db-3: latency 4.2 s, expected about 800 ms (5.3 times as much)',
    );
    expect(body.text.lines.slice(0, 6)).toEqual([
      '40 alerts since 2026-11-24 03:00:00 UTC, 39 of them firing; likeliest first cause on top:',
      '1. db-3: latency 4.2 s, expected about 800 ms (5.3 times as much)',
      '2. web-1: latency 4.2 s, expected about 800 ms (5.3 times as much)',
      '3. web-2: latency was 4.2 s, expected about 800 ms (5.3 times as much) (over)',
      'and 37 more: "strayd alerts list --incident 8c1d77e05b3a9f42"',
      'The first of them:',
    ]);
    expect(JSON.parse(chat?.body ?? '').text).toBe('🔴 40 of db-3,web-1,web-2');
  });

  it('lead with what is new when they have become more', () => {
    const database = firingAlert(onsetMs + 480_000, { id: 'd'.repeat(16), entity: 'payments-db' });
    const over = { ...resolvedAlert(onsetMs), id: 'c'.repeat(16), entity: 'web-2' };
    const update = (more: number, change: object = {}): WebhookBody => {
      const [row] = outboxRows(
        { ...notificationOf([database, over], { alerts: 41, firing: 1, told: 2, ...change }), more },
        [{ name: 'hook', type: 'webhook', template: null }],
        { factsOf: (alert) => factsOf(alert), nowMs: 7, templateFailed: () => undefined },
      );
      return webhookBodySchema.parse(JSON.parse(row?.body ?? ''));
    };
    const { text, alert } = update(1);
    const values = 'latency 4.2 s, expected about 800 ms (5.3 times as much)';
    expect(alert.entity).toBe('payments-db');
    expect(text.title).toBe(`1 more alert in hosts: payments-db: ${values}; 41 in all, 1 of them firing`);
    expect(text.lines.slice(0, 5)).toEqual([
      '1 more alert in hosts; 41 alerts since 2026-11-24 03:00:00 UTC, 1 of them firing; what is new on top:',
      `1. payments-db: ${values}`,
      `2. web-2: ${values.replace('latency', 'latency was')} (over)`,
      'and 39 more: "strayd alerts list --incident 8c1d77e05b3a9f42"',
      'The one on top:',
    ]);
    expect(update(3).text.title).toBe(
      `3 more alerts in hosts: first payments-db: ${values}; 41 in all, 1 of them firing`,
    );
    expect(update(2, { fault: { kind: 'absence', entities: 90 } }).text.title).toBe(
      `2 more absent in hosts: first payments-db: ${values}; 41 of 90 in all, 1 of them firing`,
    );
  });

  it('have a key of their own for each update', () => {
    const [update] = rows(3);
    expect(update?.idempotencyKey).toBe('8c1d77e05b3a9f42:update-2:hook');
    expect(webhookBodySchema.parse(JSON.parse(update?.body ?? '')).incident?.update).toBe(2);
  });
});

describe('absences of one detector', () => {
  const gone = (entity: string, id: string) =>
    firingAlert(onsetMs, { id, entity, kind: 'absence', contributions: [], peakScore: 0, modelVersion: '' });

  it('are told as a share of its entities, to webhooks, chats and pagers', () => {
    const members = [gone('db-3', 'a'.repeat(16)), gone('db-4', 'b'.repeat(16))] as const;
    const rows = outboxRows(
      notificationOf(members, { alerts: 14, firing: 14, fault: { kind: 'absence', entities: 40 }, told: 1 }),
      [
        { name: 'hook', type: 'webhook', template: null },
        { name: 'chat', type: 'slack', template: null },
        { name: 'pager', type: 'pagerduty', template: null },
      ],
      { factsOf: (alert) => factsOf(alert, { query: null }), nowMs: 7, templateFailed: () => undefined },
    );
    const [hook, chat, pager] = rows.map(({ body }) => JSON.parse(body));
    const title = '14 of 40 absent in hosts; first db-3: no data since 2026-11-24 03:00:00 UTC';
    const body = webhookBodySchema.parse(hook);
    expect(body.text.title).toBe(title);
    expect(body.alert).toMatchObject({ kind: 'absence', score: 0, features: [], model_version: '' });
    expect(body.incident).toMatchObject({ alerts: 14, entities: 40 });
    expect(chat.text).toContain(title);
    expect(pager.payload).toMatchObject({ summary: title, class: 'absence' });
    expect(pager.payload).not.toHaveProperty('component');
  });
});
