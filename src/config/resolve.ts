import type { ChannelConfig, Config, KafkaConfig, SaslConfig, SourceConfig, TlsConfig } from './config.ts';
import type { HostPort } from './fields.ts';
import type { ConfigPath } from './problem.ts';
import type { ReferencedFiles } from './referenced-files.ts';
import { resolveDetector } from './resolve-detector.ts';
import type { ParsedConfig } from './schema.ts';
import { Secret } from './secret.ts';

type ParsedKafka = ParsedConfig['kafka'];

/** Fills in what depends on other values and reads the files that are named. */
export function resolveConfig(parsed: ParsedConfig, files: ReferencedFiles): Config {
  const { listen, external_url, token, token_file } = parsed.server;
  return {
    kafka: resolveKafka(parsed.kafka, files),
    sources: parsed.sources.map(resolveSource),
    detectors: parsed.detectors.map(resolveDetector),
    channels: parsed.channels.map((channel, index) => resolveChannel(channel, ['channels', index], files)),
    delivery: { maxAlertAgeMs: parsed.delivery.max_alert_age },
    store: { path: files.absolute(parsed.store.path) },
    server: {
      listen,
      externalUrl: external_url ?? null,
      token: files.secret({ path: ['server'], key: 'token', inline: token, file: token_file }),
    },
  };
}

function resolveSource({ name, topics, format, json }: ParsedConfig['sources'][number]): SourceConfig {
  if (format !== 'json') return { name, topics, format };
  // The cross checks refuse `format: json` without a mapping, so the empty one is never used.
  const mapping = json ?? { time: '', time_unit: 's' as const, values: [] };
  const { records = null, time, time_unit, name: metric = null, labels = null, values } = mapping;
  return { name, topics, format, json: { records, time, timeUnit: time_unit, name: metric, labels, values } };
}

function resolveKafka(parsed: ParsedKafka, files: ReferencedFiles): KafkaConfig {
  return {
    brokers: parsed.brokers.map(formatHostPort),
    groupId: parsed.group_id,
    clientId: parsed.client_id,
    tls: resolveTls(parsed.tls, files),
    sasl: parsed.sasl === undefined ? null : resolveSasl(parsed.sasl, files),
  };
}

function resolveTls(parsed: ParsedKafka['tls'], files: ReferencedFiles): TlsConfig | null {
  if (parsed === false) return null;
  if (parsed === true) return { ca: null, cert: null, key: null, serverName: null };
  const path: ConfigPath = ['kafka', 'tls'];
  return {
    ca: files.text(parsed.ca_file, [...path, 'ca_file']),
    cert: files.text(parsed.cert_file, [...path, 'cert_file']),
    key: files.secret({ path, key: 'key', inline: parsed.key, file: parsed.key_file }),
    serverName: parsed.server_name ?? null,
  };
}

function resolveSasl(parsed: NonNullable<ParsedKafka['sasl']>, files: ReferencedFiles): SaslConfig {
  const { mechanism, username, password, password_file } = parsed;
  const secret = files.secret({
    path: ['kafka', 'sasl'],
    key: 'password',
    inline: password,
    file: password_file,
  });
  // The cross checks refuse a log-in without a password, so the empty one is never used.
  return { mechanism, username, password: secret ?? new Secret('') };
}

function resolveChannel(
  parsed: ParsedConfig['channels'][number],
  path: ConfigPath,
  files: ReferencedFiles,
): ChannelConfig {
  if (parsed.type === 'alertmanager') return parsed;
  const { type, name, url, secret, secret_file } = parsed;
  return {
    type,
    name,
    url,
    secret: files.secret({ path, key: 'secret', inline: secret, file: secret_file }),
  };
}

function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
