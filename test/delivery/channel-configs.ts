import type { AlertmanagerConfig, KafkaChannelConfig, WebhookConfig } from '../../src/config/config.ts';
import { Secret } from '../../src/config/secret.ts';
import type { SendOutcome } from '../../src/delivery/channel.ts';
import type { ChannelParts } from '../../src/delivery/channel-registry.ts';

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
  urls: urls.map((url) => new Secret(url)),
  template: null,
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

/** Surroundings without templates and without brokers. */
export const testParts = (): ChannelParts => ({
  nowMs: Date.now,
  recordSink: () => ({ write: async () => taken, close: async () => undefined }),
  template: () => null,
});
