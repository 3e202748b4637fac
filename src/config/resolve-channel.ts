import type { ChannelConfig, KafkaConfig, TemplateConfig } from './config.ts';
import { urlSecret } from './fields.ts';
import type { ConfigPath } from './problem.ts';
import type { ReferencedFiles } from './referenced-files.ts';
import { accessFiles, formatHostPort, resolveSasl, resolveTls } from './resolve-kafka.ts';
import type { ParsedConfig } from './schema.ts';
import { Secret } from './secret.ts';

type ParsedChannel = ParsedConfig['channels'][number];
type Parsed<T extends ParsedChannel['type']> = Extract<ParsedChannel, { readonly type: T }>;

interface ChannelPlace {
  readonly path: ConfigPath;
  readonly files: ReferencedFiles;
  /** Where a Kafka channel without brokers of its own writes. */
  readonly kafka: KafkaConfig;
}

/** A channel with its files read. The cross checks refuse missing secrets, so the empty ones are never used. */
export function resolveChannel(parsed: ParsedChannel, place: ChannelPlace): ChannelConfig {
  const { path, files } = place;
  const { name } = parsed;
  const template = templateOf(parsed.template);
  const secretOf = (key: string, inline: Secret | undefined, file: string | undefined): Secret | null =>
    files.secret({ path, key, inline, file });
  switch (parsed.type) {
    case 'alertmanager':
      return { type: 'alertmanager', name, urls: parsed.urls, template };
    case 'webhook':
      return {
        type: 'webhook',
        name,
        url: urlOf(parsed, place),
        secret: secretOf('secret', parsed.secret, parsed.secret_file),
        rateLimit: parsed.rate_limit ?? null,
        template,
      };
    case 'slack':
      return { type: 'slack', name, url: urlOf(parsed, place), rateLimit: parsed.rate_limit, template };
    case 'pagerduty':
      return {
        type: 'pagerduty',
        name,
        url: parsed.url,
        routingKey: secretOf('routing_key', parsed.routing_key, parsed.routing_key_file) ?? new Secret(''),
        rateLimit: parsed.rate_limit,
        template,
      };
    case 'kafka':
      return {
        type: 'kafka',
        name,
        topic: parsed.topic,
        ...clusterOf(parsed, place),
        rateLimit: parsed.rate_limit ?? null,
        template,
      };
  }
}

function templateOf(parsed: ParsedChannel['template']): TemplateConfig | null {
  return parsed === undefined ? null : { title: parsed.title ?? null, text: parsed.text ?? null };
}

/** The address given in the file itself or by its `_file` twin, which has to be one too. */
function urlOf(parsed: Parsed<'webhook' | 'slack'>, { path, files }: ChannelPlace): Secret {
  const given = files.secret({ path, key: 'url', inline: parsed.url, file: parsed.url_file });
  if (given === null || given === parsed.url) return given ?? new Secret('');
  const url = urlSecret(given.reveal().trim());
  if (url === null) {
    const message = `the file ${JSON.stringify(parsed.url_file)} holds no URL; write one into it, such as https://example.org/hook`;
    files.refuse([...path, 'url_file'], message);
  }
  return url ?? given;
}

function clusterOf(
  { brokers, tls, sasl }: Parsed<'kafka'>,
  { path, files, kafka }: ChannelPlace,
): Pick<KafkaConfig, 'brokers' | 'tls' | 'sasl' | 'files'> {
  if (brokers === undefined) {
    const { brokers: same, tls: itsTls, sasl: itsSasl, files: itsFiles } = kafka;
    return { brokers: same, tls: itsTls, sasl: itsSasl, ...(itsFiles !== undefined && { files: itsFiles }) };
  }
  return {
    brokers: brokers.map(formatHostPort),
    tls: resolveTls(tls, [...path, 'tls'], files),
    sasl: sasl === undefined ? null : resolveSasl(sasl, [...path, 'sasl'], files),
    ...accessFiles({ tls, sasl }, files),
  };
}
