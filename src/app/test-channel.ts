import type { ChannelConfig, Config } from '../config/config.ts';
import { alertmanagerBody } from '../delivery/alertmanager-body.ts';
import type { Channel, Delivery } from '../delivery/channel.ts';
import { makeChannels } from '../delivery/channel-registry.ts';
import { outboxRows } from '../delivery/outbox-rows.ts';
import { testNotifications, testStepMs } from '../delivery/test-alert.ts';
import type { IncidentNotification } from '../pipeline/alerts/incident.ts';
import { alertFacts, factsContext } from './alert-facts.ts';
import { alertmanagerLabels } from './alert-identity.ts';
import { channelParts } from './channel-parts.ts';
import { compileTemplate } from './compile-template.ts';

/** What came back of one test message. */
export interface ChannelAttempt {
  readonly event: IncidentNotification['event'];
  readonly ok: boolean;
  /** The receiver's answer, or what went wrong. */
  readonly answer: string;
}

/** An Alertmanager that is told of the test alert lets it go by itself after this. */
const ALERTMANAGER_MS = 5 * 60_000;
const TITLES = { firing: 'Test of channel', resolved: 'Resolved: test of channel' } as const;

/**
 * Sends a test alert and its end through one channel, past the outbox and its rate limit; an Alertmanager gets no end, or
 * it would never pass the alert on. A failing template is told as an attempt of its own. Throws if there is no such channel.
 */
export async function testChannel(config: Config, name: string): Promise<readonly ChannelAttempt[]> {
  const channel = config.channels.find((one) => one.name === name);
  if (channel === undefined) throw new Error(`no channel ${name}`);
  const { edge, level } = makeChannels([channel], channelParts(config));
  const attempts: ChannelAttempt[] = [];
  const failed = (event: IncidentNotification['event'], fault: string): void => {
    attempts.push({ event, ok: false, answer: `the template failed, strayd's own words go out: ${fault}` });
  };
  for (const notification of testNotifications(Date.now())) {
    const { event } = notification;
    const delivery = deliveryOf(notification, { config, channel, failed: (fault) => failed(event, fault) });
    if (delivery === null) continue;
    const targets = [...edge, ...level];
    attempts.push(...(await Promise.all(targets.map(({ channel: one }) => attempt(one, delivery, event)))));
  }
  for (const target of [...edge, ...level]) await target.channel.close?.();
  return attempts;
}

interface TestContext {
  readonly config: Config;
  readonly channel: ChannelConfig;
  readonly failed: (fault: string) => void;
}

function deliveryOf(
  notification: IncidentNotification,
  { config, channel, failed }: TestContext,
): Delivery | null {
  const { event, members } = notification;
  const [alert] = members;
  if (alert === undefined) return null;
  const facts = alertFacts(alert, testStepMs, factsContext(config));
  const text = { ...facts.text, title: `${TITLES[event]} ${channel.name}: nothing is wrong` };
  const template = compileTemplate(channel.template);
  const nowMs = Date.now();
  if (channel.type !== 'alertmanager') {
    const context = {
      factsOf: () => ({ ...facts, text }),
      nowMs,
      templateFailed: (_: string, fault: string) => failed(fault),
    };
    return outboxRows(notification, [{ ...channel, template }], context)[0] ?? null;
  }
  if (event === 'resolved') return null;
  const summary = `${text.title}.`;
  const shown = { ...facts, text: { ...text, summary } };
  const level = { alert, facts: shown, labels: alertmanagerLabels(alert) };
  const body = alertmanagerBody([level], { nowMs, firingUntilMs: nowMs + ALERTMANAGER_MS, template, failed });
  return { body: JSON.stringify(body), idempotencyKey: alert.id };
}

async function attempt(
  channel: Channel,
  delivery: Delivery,
  event: IncidentNotification['event'],
): Promise<ChannelAttempt> {
  const outcome = await channel.send(delivery, new AbortController().signal);
  return { event, ok: outcome.ok, answer: outcome.ok ? outcome.answer : outcome.error };
}
