import type { ChannelConfig, KafkaChannelConfig, TemplateConfig } from '../config/config.ts';
import type { RateLimit } from '../config/rate.ts';
import type { AlertTemplate } from './alert-template.ts';
import { alertmanagerChannel } from './alertmanager-channel.ts';
import type { Channel } from './channel.ts';
import { kafkaChannel, type RecordSink } from './kafka-channel.ts';
import { pagerdutyChannel } from './pagerduty-channel.ts';
import { slackChannel } from './slack-channel.ts';
import { webhookChannel } from './webhook-channel.ts';

/** Served from the outbox, one event after the other. */
export interface EdgeChannel {
  readonly channel: Channel;
  readonly rateLimit: RateLimit | null;
}

/** Served by state: one Alertmanager replica. */
export interface LevelChannel {
  readonly channel: Channel;
  readonly template: AlertTemplate | null;
}

export interface Channels {
  readonly edge: readonly EdgeChannel[];
  readonly level: readonly LevelChannel[];
}

/** What channels need of their surroundings; `app/` wires it. */
export interface ChannelParts {
  /** Wall clock, Unix ms. */
  readonly nowMs: () => number;
  readonly recordSink: (config: KafkaChannelConfig) => RecordSink;
  readonly template: (config: TemplateConfig | null) => AlertTemplate | null;
}

/** A receiver that takes longer has most likely lost the request. */
const timeoutMs = 10_000;

/** Makes the channels of a configuration. A new type of channel gets its line here and, if edge, its body in `outboxRows`. */
export function makeChannels(configs: readonly ChannelConfig[], parts: ChannelParts): Channels {
  const edge = configs.flatMap((config) => {
    if (config.type === 'alertmanager') return [];
    return [{ channel: edgeChannel(config, parts), rateLimit: config.rateLimit }];
  });
  const level = configs.flatMap((config) => {
    if (config.type !== 'alertmanager') return [];
    const { name, urls } = config;
    const template = parts.template(config.template);
    return urls.map((url) => ({
      channel: alertmanagerChannel({ name, url: url.reveal(), timeoutMs, nowMs: parts.nowMs }),
      template,
    }));
  });
  return { edge, level };
}

function edgeChannel(
  config: Exclude<ChannelConfig, { type: 'alertmanager' }>,
  { nowMs, recordSink }: ChannelParts,
): Channel {
  const common = { name: config.name, timeoutMs, nowMs };
  switch (config.type) {
    case 'webhook':
      return webhookChannel({
        ...common,
        url: config.url.reveal(),
        secret: config.secret?.reveal() ?? null,
      });
    case 'slack':
      return slackChannel({ ...common, url: config.url.reveal() });
    case 'pagerduty':
      return pagerdutyChannel({
        ...common,
        url: config.url.reveal(),
        routingKey: config.routingKey.reveal(),
      });
    case 'kafka':
      return kafkaChannel({ ...common, sink: recordSink(config), secrets: kafkaSecrets(config) });
  }
}

function kafkaSecrets({ tls, sasl }: KafkaChannelConfig): readonly string[] {
  const login = sasl?.mechanism === 'oauthbearer' ? sasl.token : (sasl?.password ?? null);
  return [login, tls?.key ?? null].flatMap((secret) => (secret === null ? [] : [secret.reveal()]));
}
