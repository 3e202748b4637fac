import type { DetectorSpec } from '../core/detector.ts';
import type { HostPort } from './fields.ts';
import type { Secret } from './secret.ts';

/** Log-in at the brokers. */
export interface SaslConfig {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: Secret;
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
}

/** Where the parts of a sample lie in a JSON record, as paths. `null` where the mapping leaves a part out. */
export interface JsonMappingConfig {
  readonly records: string | null;
  readonly time: string;
  readonly timeUnit: 's' | 'ms' | 'us' | 'ns';
  readonly name: string | null;
  readonly labels: string | Readonly<Record<string, string>> | null;
  readonly values: readonly string[];
}

export type SourceConfig = {
  readonly name: string;
  readonly topics: readonly string[];
} & (
  | { readonly format: 'prometheus_json' | 'remote_write' | 'otlp' | 'influx' }
  | { readonly format: 'json'; readonly json: JsonMappingConfig }
);

export interface AlertmanagerConfig {
  readonly type: 'alertmanager';
  readonly name: string;
  readonly urls: readonly string[];
}

export interface WebhookConfig {
  readonly type: 'webhook';
  readonly name: string;
  readonly url: string;
  /** Key of the signature; `null`: not signed. */
  readonly secret: Secret | null;
}

export type ChannelConfig = AlertmanagerConfig | WebhookConfig;

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
  readonly channels: readonly ChannelConfig[];
  readonly delivery: { readonly maxAlertAgeMs: number };
  readonly store: { readonly path: string };
  readonly server: ServerConfig;
}
