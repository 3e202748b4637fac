import type {
  KafkaChannelConfig,
  PagerdutyConfig,
  SlackConfig,
  WebhookConfig,
} from '../../src/config/config.ts';
import type { AlertmanagerConfig } from '../../src/config/config.ts';
import { Secret } from '../../src/config/secret.ts';
import type { SendOutcome } from '../../src/delivery/channel.ts';
import type { ChannelParts } from '../../src/delivery/channel-registry.ts';
import type { SinkRecord } from '../../src/delivery/kafka-channel.ts';

/** What a channel answers when all is well. */
export const taken: SendOutcome = { ok: true, answer: 'taken' };

const common = { rateLimit: null, template: null };

export const webhookConfig = (url: string, change: Partial<WebhookConfig> = {}): WebhookConfig => ({
  type: 'webhook',
  name: 'hook',
  url: new Secret(url),
  secret: null,
  ...common,
  ...change,
});

export const alertmanagerConfig = (urls: readonly string[]): AlertmanagerConfig => ({
  type: 'alertmanager',
  name: 'am',
  urls,
  template: null,
});

export const slackConfig = (url: string): SlackConfig => ({
  type: 'slack',
  name: 'chat',
  url: new Secret(url),
  ...common,
});

export const pagerdutyConfig = (url: string, routingKey: string): PagerdutyConfig => ({
  type: 'pagerduty',
  name: 'pager',
  url,
  routingKey: new Secret(routingKey),
  ...common,
});

export const kafkaConfig = (topic: string, change: Partial<KafkaChannelConfig> = {}): KafkaChannelConfig => ({
  type: 'kafka',
  name: 'bus',
  topic,
  brokers: ['localhost:9092'],
  tls: null,
  sasl: null,
  ...common,
  ...change,
});

/** Surroundings without templates, whose topics take every record into `written`. */
export const testParts = (written: SinkRecord[] = []): ChannelParts => ({
  nowMs: Date.now,
  recordSink: () => ({
    write: async (record) => {
      written.push(record);
      return taken;
    },
    close: async () => undefined,
  }),
  template: () => null,
});
