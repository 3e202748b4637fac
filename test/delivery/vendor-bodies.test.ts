import { describe, expect, it } from 'vitest';
import type { AlertFacts } from '../../src/delivery/alert-message.ts';
import { tellIncident } from '../../src/delivery/incident-message.ts';
import { pagerdutyBody } from '../../src/delivery/pagerduty-body.ts';
import { slackBody } from '../../src/delivery/slack-body.ts';
import type { Alert } from '../../src/pipeline/effects.ts';
import { factsOf, firingAlert, notificationOf, resolvedAlert, toldOf } from './alert-fixtures.ts';
import { pagerdutyEventBytes, pagerdutyEventSchema } from './pagerduty-schema.ts';
import { slackMessageSchema } from './slack-schema.ts';
import { fc } from '../support/properties.ts';

const onsetMs = Date.UTC(2026, 10, 24, 3);
const slack = (alert: Alert, facts: AlertFacts = factsOf(alert)) =>
  slackBody(toldOf(notificationOf(alert), () => facts));
const pagerduty = (alert: Alert, facts: AlertFacts = factsOf(alert)) => ({
  routing_key: 'k'.repeat(32),
  ...pagerdutyBody(toldOf(notificationOf(alert), () => facts)),
});

/** Anything that names and values may hold. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 4000 }),
  fc.constantFrom('<!channel>', '&'.repeat(3000), '👩‍🚀'.repeat(500), '```', '<http://x|y>', 'a\nb'),
);
const anyAlert = fc
  .record({
    entity: text.filter((value) => value !== ''),
    severity: fc.oneof(
      text,
      fc.constantFrom('critical', 'WARNING', 'page', 'info', 'constructor', '__proto__'),
    ),
    detector: fc.stringMatching(/^[a-z]{1,63}$/),
    labels: fc.dictionary(fc.string(), text, { maxKeys: 64 }),
    features: fc.array(
      fc.record({
        feature: text,
        unit: text,
        ratio: fc.double({ min: 0, max: 1, noNaN: true }),
        seen: fc.double({ noNaN: true, noDefaultInfinity: true }),
        expected: fc.double({ noNaN: true, noDefaultInfinity: true }),
        range: fc.option(fc.constant({ low: 1, high: 2 })),
      }),
      { maxLength: 40 },
    ),
    isResolved: fc.boolean(),
  })
  .map(({ isResolved, features, ...rest }): Alert => ({
    ...(isResolved ? resolvedAlert(onsetMs) : firingAlert(onsetMs)),
    ...rest,
    contributions: features,
  }));

describe('hostile names', () => {
  const hostile = firingAlert(onsetMs, {
    entity: 'db\n\u202e3',
    labels: { instance: 'db\n\u202e3' },
  });
  const unseen = /[\p{Cc}\u202e]/u;

  it('are shown in titles and stand as they are in the fields for programs', () => {
    const { blocks, text: phone } = slack(hostile);
    expect(blocks[0]).toMatchObject({
      type: 'header',
      text: { text: expect.stringContaining('db\\u{a}\\u{202e}3: ') },
    });
    expect(phone).not.toMatch(unseen);
    expect(pagerduty(hostile)).toMatchObject({
      payload: {
        summary: expect.not.stringMatching(unseen),
        source: hostile.entity,
        custom_details: { labels: hostile.labels },
      },
    });
  });

  it('make no line of their own in the title of an incident, nor by a template', () => {
    const several = notificationOf([hostile, firingAlert(onsetMs, { id: 'b' })], {
      group: { rack: 'a\n\u202eb' },
    });
    expect(toldOf(several).message.title).toContain('in hosts, rack=a b; first ');
    expect(toldOf(several).message.title).not.toMatch(unseen);
    const template = { title: () => 'own \u202e\u001b title', text: null };
    const told = tellIncident(several, { factsOf, template, failed: () => undefined });
    expect(told.message.title).toBe('own title');
  });
});

describe('the body for Slack', () => {
  it('reads on a phone: what strayed first, then the lines, the query, the links and since when', () => {
    expect(slack(firingAlert(onsetMs))).toEqual({
      text: '🔴 db-3: latency 4.2 s, expected about 800 ms (5.3 times as much)',
      blocks: [
        {
          type: 'header',
          text: {
            type: 'plain_text',
            text: '🔴 db-3: latency 4.2 s, expected about 800 ms (5.3 times as much)',
          },
        },
        {
          type: 'section',
          text: { type: 'mrkdwn', text: factsOf(firingAlert(onsetMs)).text.lines.join('\n') },
        },
        {
          type: 'section',
          text: { type: 'mrkdwn', text: '```avg by (instance) (latency{instance="db-3"})```' },
        },
        {
          type: 'section',
          text: {
            type: 'mrkdwn',
            text: '<https://example.org/runbooks/hosts|Runbook>  ·  <https://strayd.example/?alert=3f2a9c0d11e2b4a7|Open in strayd>',
          },
        },
        {
          type: 'context',
          elements: [
            {
              type: 'mrkdwn',
              text: 'since <!date^1795489200^{date_short_pretty} {time_secs}|2026-11-24 03:00:00 UTC> · hosts · critical',
            },
          ],
        },
      ],
    });
  });

  it('marks the end of an alert as good news, and leaves out links that there are not', () => {
    const alert = resolvedAlert(onsetMs);
    const { text: title, blocks } = slack(
      alert,
      factsOf(alert, { query: null, externalUrl: null, runbookUrl: null }),
    );
    expect(title).toMatch(/^🟢 Resolved: db-3/);
    expect(blocks.map(({ type }) => type)).toEqual(['header', 'section', 'context']);
  });

  it('mentions nobody and links nothing by a name or a value', () => {
    const alert = firingAlert(onsetMs, { entity: '<!channel> <http://evil|x>' });
    const printed = JSON.stringify(slack(alert).blocks.slice(1));
    expect(printed).not.toContain('<!channel');
    expect(printed).not.toContain('<http://evil');
  });

  it('keeps to what Slack documents, whatever an alert holds', () => {
    fc.assert(
      fc.property(anyAlert, fc.option(text), (alert, query) => {
        const body = slack(alert, factsOf(alert, { query }));
        expect(slackMessageSchema.parse(body)).toEqual(body);
        expect(JSON.stringify(body)).not.toMatch(/<!(channel|here|everyone)/);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the body for PagerDuty', () => {
  it('triggers an incident with its id as the key, and the facts as details', () => {
    expect(pagerduty(firingAlert(onsetMs))).toMatchObject({
      event_action: 'trigger',
      dedup_key: '8c1d77e05b3a9f42',
      client: 'strayd',
      client_url: 'https://strayd.example/?alert=3f2a9c0d11e2b4a7',
      links: [{ href: 'https://example.org/runbooks/hosts', text: 'Runbook' }, { text: 'Open in strayd' }],
      payload: {
        summary: 'db-3: latency 4.2 s, expected about 800 ms (5.3 times as much)',
        source: 'db-3',
        severity: 'critical',
        timestamp: '2026-11-24T03:00:00.000Z',
        component: 'latency',
        group: 'hosts',
        class: 'anomaly',
        custom_details: {
          labels: { instance: 'db-3' },
          query: 'avg by (instance) (latency{instance="db-3"})',
        },
      },
    });
  });

  it('resolves that incident by the same key', () => {
    expect(pagerduty(resolvedAlert(onsetMs))).toEqual({
      routing_key: 'k'.repeat(32),
      event_action: 'resolve',
      dedup_key: '8c1d77e05b3a9f42',
    });
  });

  it.each([
    ['critical', 'critical'],
    ['page', 'critical'],
    ['Error', 'error'],
    ['warning', 'warning'],
    ['info', 'info'],
    ['ticket', 'warning'],
  ])('takes severity %s for %s', (severity, expected) => {
    expect(pagerduty(firingAlert(onsetMs, { severity }))).toMatchObject({ payload: { severity: expected } });
  });

  it('keeps to what PagerDuty documents, whatever an alert holds', () => {
    fc.assert(
      fc.property(anyAlert, fc.option(text), (alert, query) => {
        const body = pagerduty(alert, factsOf(alert, { query }));
        expect(pagerdutyEventSchema.parse(body)).toEqual(body);
        expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(pagerdutyEventBytes);
      }),
      { numRuns: 300 },
    );
  });
});
