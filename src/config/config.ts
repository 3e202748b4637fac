import type { DetectorSpec, LabelMatcher } from '../core/detector.ts';
import type { Limits } from '../core/limits.ts';
import type { TopicChoice } from '../core/topic-choice.ts';
import type { HostPort } from './fields.ts';
import type { RateLimit } from './rate.ts';
import type { Secret } from './secret.ts';

/** Log-in at the brokers. */
export type SaslConfig =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: Secret;
    }
  | { readonly mechanism: 'oauthbearer'; readonly token: Secret };

/** Absolute paths of the files that certificates and secrets were read from; absent: it was not from a file. */
export interface AccessFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly password?: string;
  readonly token?: string;
}

/** PEM texts (already read from their files); `null` = the system's default. */
export interface TlsConfig {
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: Secret | null;
  readonly serverName: string | null;
}

export interface KafkaConfig {
  /** As host:port. */
  readonly brokers: readonly string[];
  readonly groupId: string;
  readonly clientId: string;
  /** `null`: not encrypted. */
  readonly tls: TlsConfig | null;
  readonly sasl: SaslConfig | null;
  /** Of `tls` and `sasl`; absent: none. */
  readonly files?: AccessFiles;
}

/** Where the parts of a sample lie in a record of nested objects, as paths. `null` where the mapping leaves a part out. */
export interface JsonMappingConfig {
  readonly records: string | null;
  readonly time: string;
  readonly timeUnit: 's' | 'ms' | 'us' | 'ns';
  readonly name: string | null;
  readonly labels: string | Readonly<Record<string, string>> | null;
  readonly values: readonly string[];
}

export type SourceConfig = TopicChoice &
  (
    | { readonly format: 'prometheus_json' | 'remote_write' | 'otlp' | 'influx' }
    | { readonly format: 'json'; readonly json: JsonMappingConfig }
    | { readonly format: 'avro'; readonly avro: JsonMappingConfig; readonly registry: RegistryConfig }
  );

/** A schema registry and how to be let in. */
export interface RegistryConfig {
  readonly url: string;
  /** Value of the `Authorization` header; `null`: no log-in. */
  readonly authorization: Secret | null;
}

/** Liquid templates instead of strayd's own words; `null`: strayd's. */
export interface TemplateConfig {
  readonly title: string | null;
  readonly text: string | null;
}

interface AnyChannelConfig {
  readonly name: string;
  readonly template: TemplateConfig | null;
}

interface EdgeConfig extends AnyChannelConfig {
  /** `null`: no limit. */
  readonly rateLimit: RateLimit | null;
}

export interface AlertmanagerConfig extends AnyChannelConfig {
  readonly type: 'alertmanager';
  readonly urls: readonly Secret[];
}

export interface WebhookConfig extends EdgeConfig {
  readonly type: 'webhook';
  readonly url: Secret;
  /** Key of the signature; `null`: not signed. */
  readonly secret: Secret | null;
}

export interface SlackConfig extends EdgeConfig {
  readonly type: 'slack';
  readonly url: Secret;
}

export interface PagerdutyConfig extends EdgeConfig {
  readonly type: 'pagerduty';
  readonly url: Secret;
  readonly routingKey: Secret;
}

/** `brokers`, `tls` and `sasl` are those of `kafka` unless the channel has brokers of its own. */
export interface KafkaChannelConfig
  extends EdgeConfig, Pick<KafkaConfig, 'brokers' | 'tls' | 'sasl' | 'files'> {
  readonly type: 'kafka';
  readonly topic: string;
}

export type ChannelConfig =
  AlertmanagerConfig | WebhookConfig | SlackConfig | PagerdutyConfig | KafkaChannelConfig;

/** A store that speaks Prometheus' query API, from which a detector's history is read. */
export interface HistoryConfig {
  readonly detector: string;
  readonly url: Secret;
  readonly token: Secret | null;
  readonly tls: TlsConfig | null;
}

/** A time of planned work: once (`span`), or again and again (`recurs`). */
export interface MaintenanceConfig {
  readonly matchers: readonly LabelMatcher[];
  /** Unix ms. */
  readonly span: { readonly fromMs: number; readonly untilMs: number } | null;
  readonly recurs: {
    readonly schedule: string;
    readonly timezone: string;
    readonly durationMs: number;
  } | null;
  readonly comment: string;
}

export interface DeliveryConfig {
  readonly maxAlertAgeMs: number;
  /** Of all detectors together, to edge channels. */
  readonly maxNotificationsPerHour: number;
  /** Of the local times in alerts, as `Europe/Berlin`. */
  readonly timezone: string;
}

export interface ServerConfig {
  readonly listen: HostPort;
  readonly externalUrl: string | null;
  readonly token: Secret | null;
}

/** A configuration file, checked, with every default filled in and deep-frozen. Durations are in ms, paths absolute. */
export interface Config {
  readonly kafka: KafkaConfig;
  readonly sources: readonly SourceConfig[];
  readonly detectors: readonly DetectorSpec[];
  /** Of the detectors that have one. */
  readonly histories: readonly HistoryConfig[];
  readonly channels: readonly ChannelConfig[];
  readonly maintenance: readonly MaintenanceConfig[];
  readonly delivery: DeliveryConfig;
  readonly deadLetters: { readonly topic: string | null };
  readonly limits: Limits;
  readonly store: { readonly path: string };
  readonly server: ServerConfig;
}
