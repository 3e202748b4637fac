import type { AccessFiles, KafkaConfig, SaslConfig, TlsConfig } from './config.ts';
import type { HostPort } from './fields.ts';
import type { ConfigPath } from './problem.ts';
import type { ReferencedFiles } from './referenced-files.ts';
import type { ParsedConfig } from './schema.ts';
import { Secret } from './secret.ts';

type ParsedKafka = ParsedConfig['kafka'];

/** The `kafka` section with its files read. */
export function resolveKafka(parsed: ParsedKafka, files: ReferencedFiles): KafkaConfig {
  return {
    brokers: parsed.brokers.map(formatHostPort),
    groupId: parsed.group_id,
    clientId: parsed.client_id,
    tls: resolveTls(parsed.tls, ['kafka', 'tls'], files),
    sasl: parsed.sasl === undefined ? null : resolveSasl(parsed.sasl, ['kafka', 'sasl'], files),
    ...accessFiles(parsed, files),
  };
}

/** The files of `tls` and `sasl`, by what is in them; nothing if there are none. */
export function accessFiles(
  { tls, sasl }: Pick<ParsedKafka, 'tls' | 'sasl'>,
  files: ReferencedFiles,
): { readonly files?: AccessFiles } {
  const named = {
    ...(typeof tls === 'object' && { ca: tls.ca_file, cert: tls.cert_file, key: tls.key_file }),
    password: sasl?.password_file,
    token: sasl?.token_file,
  };
  const paths = Object.entries(named).flatMap(([name, path]) =>
    path === undefined ? [] : [[name, files.absolute(path)] as const],
  );
  return paths.length === 0 ? {} : { files: Object.fromEntries(paths) };
}

/** A `tls` key at `path`; `null`: not encrypted. */
export function resolveTls(
  parsed: ParsedKafka['tls'],
  path: ConfigPath,
  files: ReferencedFiles,
): TlsConfig | null {
  if (parsed === false) return null;
  if (parsed === true) return { ca: null, cert: null, key: null, serverName: null };
  return {
    ca: files.text(parsed.ca_file, [...path, 'ca_file']),
    cert: files.text(parsed.cert_file, [...path, 'cert_file']),
    key: files.secret({ path, key: 'key', inline: parsed.key, file: parsed.key_file }),
    serverName: parsed.server_name ?? null,
  };
}

/** A `sasl` key at `path`. */
export function resolveSasl(
  parsed: NonNullable<ParsedKafka['sasl']>,
  path: ConfigPath,
  files: ReferencedFiles,
): SaslConfig {
  const { mechanism, username = '', password, password_file, token, token_file } = parsed;
  const secret = files.secret({ path, key: 'password', inline: password, file: password_file });
  const bearer = files.secret({ path, key: 'token', inline: token, file: token_file });
  // The cross checks refuse a log-in that lacks something, so what is empty is never used.
  if (mechanism === 'oauthbearer') return { mechanism, token: bearer ?? new Secret('') };
  return { mechanism, username, password: secret ?? new Secret('') };
}

/** `host:port`, IPv6 hosts in brackets. */
export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
