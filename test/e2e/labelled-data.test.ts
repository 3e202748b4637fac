import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matchEvents, type EntitySpan } from '../../src/core/evaluation/match-events.ts';
import type { AlertView } from '../../src/server/views/alert-view.ts';
import { alertmanagerBinary, startAlertmanager } from '../support/alertmanager.ts';
import { createTopic, produce, sharedKafka, uniqueName } from '../support/kafka.ts';
import type { LocalService } from '../support/local-service.ts';
import { prometheusBinary, startPrometheus } from '../support/prometheus.ts';
import { metricValue, startStrayd, type StraydProcess } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { emptyPanels, panelQueries } from './panel-queries.ts';
import {
  metricOf,
  readLabelledStream,
  recordsOf,
  STEP_MS,
  TRAIN_UNTIL_MS,
  type LabelledStream,
} from './labelled-stream.ts';

const SECRET = 'e2e-secret';
const PARTITIONS = 4;
/** Asked of the daemon, and what the test allows of it. */
const BUDGET_PER_WEEK = 1;
const MOST_TIMES_BUDGET = 3;
const LEAST_FOUND_SHARE = 0.5;
/**
 * The replaced spans are 52 hours, so a budget of one an entity-week grants them a third of an alert. None is clear of the threshold; one may be at
 * it: where a stretch is put in, two rows meet that never followed each other, and at one such seam of omi-1's control (2026-02-04 11:00, nine
 * metrics fall by .15 while the tenth rises by .22) a backtest scores two rows 1.01, with a net in the score or without. A margin over the threshold
 * would be no more than a smaller budget: it would take two events of this extract with it.
 */
const MOST_AT_THRESHOLD = { alerts: 1, score: 1.05 };

const RULES = JSON.stringify({
  groups: [{ name: 'strayd', rules: [{ alert: 'StraydSaysSo', expr: 'strayd_alert_active == 1' }] }],
});

const note = prometheusBinary.note + alertmanagerBinary.note;

describe.skipIf(note !== '')(`labelled server data through a real Kafka${note}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'strayd-e2e-'));
  const closers: (() => Promise<unknown>)[] = [];
  let stream: LabelledStream;
  let brokers: readonly string[];
  let topic: string;
  let strayd: StraydProcess;
  let prometheus: LocalService;
  let alertmanager: LocalService;
  let webhook: WebhookReceiver;

  const send = (fromMs: number, untilMs: number): Promise<void> => {
    const rows = stream.rows.filter(({ timeMs }) => timeMs >= fromMs && timeMs < untilMs);
    return produce(
      brokers,
      topic,
      recordsOf(rows, { features: stream.features, partitions: PARTITIONS, seed: fromMs / STEP_MS }),
    );
  };
  /** The step before the newest one is closed and scored: the newest waits for samples that may still come. */
  const scoredUntil = (untilMs: number): Promise<unknown> =>
    waitFor(
      `steps up to ${new Date(untilMs).toISOString()} to be scored`,
      async () => {
        const scored = metricValue(
          await strayd.metrics(),
          'strayd_last_scored_timestamp_seconds{detector="services"}',
        );
        return scored !== null && scored * 1000 >= untilMs - 3 * STEP_MS;
      },
      { timeoutMs: 120_000 },
    );
  const alerts = async (query: string): Promise<readonly AlertView[]> =>
    (await strayd.get<{ alerts: readonly AlertView[] }>(`/api/v1/alerts?limit=1000${query}`)).alerts;

  beforeAll(async () => {
    stream = await readLabelledStream();
    ({ brokers } = await sharedKafka());
    topic = await createTopic(brokers, PARTITIONS);
    webhook = await startWebhookReceiver();
    closers.push(() => webhook.close());
    alertmanager = await startAlertmanager();
    closers.push(() => alertmanager.stop());
    await send(0, TRAIN_UNTIL_MS);
    strayd = await startStrayd(folder, {
      kafka: { brokers, group_id: uniqueName('strayd') },
      sources: [{ name: 'services', topics: [topic], format: 'influx' }],
      detectors: [
        {
          name: 'services',
          mode: 'alert',
          select: '{job="service"}',
          entity: ['entity'],
          features: stream.features.map((name) => ({ name, metric: metricOf(name) })),
          step: '5m',
          allowed_lateness: '5m',
          // Each service is somebody else's: what one strays by is no part of another's incident.
          alert: { budget: `${BUDGET_PER_WEEK} per week per entity`, min_change: 0, group_by: ['entity'] },
        },
      ],
      channels: [
        { name: 'am', type: 'alertmanager', urls: [alertmanager.url] },
        { name: 'hook', type: 'webhook', url: webhook.url, secret: SECRET },
      ],
      // Weeks pass within a minute here.
      // The data are months old.
      delivery: { max_notifications_per_hour: 1000, max_alert_age: '3650d' },
      store: { path: join(folder, 'data') },
    });
    closers.push(() => strayd.stop());
    prometheus = await startPrometheus({ targets: [new URL(strayd.url).host], rules: RULES });
    closers.push(() => prometheus.stop());
  }, 240_000);

  afterAll(async () => {
    for (const close of closers.reverse()) await close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('trains, finds the incidents, stays within the budget, and everyone has the alert', async () => {
    await waitFor('the first model', async () => (await strayd.metrics()).includes('strayd_model_info{'), {
      timeoutMs: 300_000,
    });
    let sentMs = TRAIN_UNTIL_MS;
    let isSeenByAll = false;
    // The data stand still in the middle of an incident until everyone was seen to hold its alert.
    for (const event of eventsInTimeOrder(stream)) {
      if (isSeenByAll) break;
      const middleMs = Math.ceil((event.startMs + event.endMs) / 2 / STEP_MS) * STEP_MS;
      await send(sentMs, middleMs);
      sentMs = Math.max(sentMs, middleMs);
      await scoredUntil(sentMs);
      isSeenByAll = await everyoneHolds(event.entity);
      if (isSeenByAll) await expectFullDashboards(event.entity);
    }
    await send(sentMs, Infinity);
    const endMs = (stream.rows.at(-1)?.timeMs ?? 0) + STEP_MS;
    await scoredUntil(endMs);
    expect(isSeenByAll, 'an alert held by Prometheus and Alertmanager at once').toBe(true);

    const fired = (await alerts('')).filter(({ alert }) => alert.firedStep !== null);
    await waitFor('all webhooks', () => fired.every(({ incident }) => deliveriesOf(incident) > 0));
    checkWebhooks(fired);
    judge(fired, endMs);
  }, 520_000);

  /* While an alert fires each panel of Grafana's dashboards has something to show, but for what has not happened. */
  async function expectFullDashboards(entity: string): Promise<void> {
    const queries = panelQueries('services', entity).filter(({ expr }) => !expr.includes('dead_letters'));
    expect(queries.length).toBeGreaterThan(25);
    await waitFor('every panel to have data', async () => {
      const empty = await emptyPanels(prometheus.url, queries);
      if (empty.length > 0) throw new Error(empty.map(({ panel, expr }) => `${panel}: ${expr}`).join('; '));
      return true;
    });
  }

  async function everyoneHolds(entity: string): Promise<boolean> {
    const [firing] = await alerts(`&state=firing&entity=${entity}`);
    if (firing === undefined) return false;
    await waitFor('the rule to fire in Prometheus', async () => {
      const response = await fetch(`${prometheus.url}/api/v1/alerts`);
      const { data } = (await response.json()) as {
        data: { alerts: { state: string; labels: Record<string, string> }[] };
      };
      return data.alerts.some(({ state, labels }) => state === 'firing' && labels['entity'] === entity);
    });
    await waitFor('the alert in Alertmanager', async () => {
      const response = await fetch(`${alertmanager.url}/api/v2/alerts?active=true`);
      const held = (await response.json()) as {
        labels: Record<string, string>;
        annotations: Record<string, string>;
      }[];
      return held.some(
        ({ labels, annotations }) => labels['entity'] === entity && (annotations['summary'] ?? '') !== '',
      );
    });
    return true;
  }

  const deliveryKeys = (): string[] =>
    webhook.requests.map(({ headers }) => String(headers['idempotency-key']));
  const deliveriesOf = (incident: string | null): number =>
    deliveryKeys().filter((key) => key.startsWith(`${incident}:firing`)).length;

  function checkWebhooks(fired: readonly AlertView[]): void {
    for (const { headers, body } of webhook.requests) {
      const [, time, signature] =
        /^t=(\d+),v1=([0-9a-f]+)$/.exec(String(headers['x-strayd-signature'])) ?? [];
      expect(signature).toBe(createHmac('sha256', SECRET).update(`${time}.${body}`).digest('hex'));
    }
    expect(new Set(deliveryKeys()).size).toBe(deliveryKeys().length);
    for (const { incident } of fired) expect(deliveriesOf(incident)).toBe(1);
  }

  function judge(fired: readonly AlertView[], endMs: number): void {
    const spans = fired.map(({ alert }): EntitySpan & { readonly score: number } => ({
      entity: alert.entity,
      score: alert.peakScore,
      startMs: (alert.firedStep ?? 0) * STEP_MS,
      endMs: alert.lastStepOver * STEP_MS,
    }));
    const isControl = ({ entity }: { readonly entity: string }): boolean => entity.endsWith('-control');
    const watched = new Set(stream.rows.map(({ entity }) => entity)).size / 2;
    const result = matchEvents({
      events: stream.events,
      alerts: spans.filter((span) => !isControl(span)),
      entities: watched,
      watchedMs: watched * (endMs - TRAIN_UNTIL_MS),
      budget: { count: BUDGET_PER_WEEK, perMs: 7 * 86_400_000, scope: 'entity' },
    });
    const { found, events, falseAlertsPerWeek, medianDelayMs } = result;
    console.log(
      `found ${found} of ${events} events, ${falseAlertsPerWeek?.toFixed(2)} false alerts an entity-week ` +
        `(asked ${BUDGET_PER_WEEK}), median delay ${Math.round((medianDelayMs ?? Number.NaN) / 60_000)} min`,
    );
    const inControl = spans
      .filter(isControl)
      .filter(({ startMs, endMs: lastMs }) =>
        stream.events.some((event) => startMs <= event.endMs && lastMs >= event.startMs),
      );
    const clear = inControl.filter(({ score }) => score >= MOST_AT_THRESHOLD.score);
    expect(clear, 'alerts of the control where the incidents were taken out').toEqual([]);
    expect(inControl.length).toBeLessThanOrEqual(MOST_AT_THRESHOLD.alerts);
    expect(found).toBeGreaterThanOrEqual(events * LEAST_FOUND_SHARE);
    expect(falseAlertsPerWeek).toBeLessThanOrEqual(MOST_TIMES_BUDGET * BUDGET_PER_WEEK);
  }
});

function eventsInTimeOrder({ events }: LabelledStream): readonly LabelledStream['events'][number][] {
  return [...events].sort((a, b) => a.startMs - b.startMs);
}
