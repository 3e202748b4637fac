import type { JsonMappingConfig, RegistryConfig, SourceConfig } from './config.ts';
import type { ConfigPath } from './problem.ts';
import type { ReferencedFiles } from './referenced-files.ts';
import type { ParsedConfig } from './schema.ts';
import { Secret } from './secret.ts';

type ParsedSource = ParsedConfig['sources'][number];
type ParsedMapping = NonNullable<ParsedSource['json']>;
type ParsedRegistry = NonNullable<ParsedSource['avro']>['registry'];

/* The cross checks refuse a format without its mapping, so this one is never used. */
const NO_MAPPING = { time: '', time_unit: 's' as const, values: [] };

/** A source at `path`, with the files of its registry's log-in read. */
export function resolveSource(parsed: ParsedSource, path: ConfigPath, files: ReferencedFiles): SourceConfig {
  const { name, topics, format, json, avro } = parsed;
  switch (format) {
    case 'json':
      return { name, topics, format, json: resolveMapping(json ?? NO_MAPPING) };
    case 'avro': {
      const { registry, ...mapping } = avro ?? { ...NO_MAPPING, registry: { url: '' } };
      return {
        name,
        topics,
        format,
        avro: resolveMapping(mapping),
        registry: resolveRegistry(registry, [...path, 'avro', 'registry'], files),
      };
    }
    default:
      return { name, topics, format };
  }
}

function resolveMapping(mapping: ParsedMapping): JsonMappingConfig {
  const { records = null, time, time_unit, name = null, labels = null, values } = mapping;
  return { records, time, timeUnit: time_unit, name, labels, values };
}

function resolveRegistry(parsed: ParsedRegistry, path: ConfigPath, files: ReferencedFiles): RegistryConfig {
  const { url, username, password, password_file, token, token_file } = parsed;
  const secret = files.secret({ path, key: 'password', inline: password, file: password_file });
  const bearer = files.secret({ path, key: 'token', inline: token, file: token_file });
  if (bearer !== null) return { url, authorization: new Secret(`Bearer ${bearer.reveal()}`) };
  if (username === undefined) return { url, authorization: null };
  const login = Buffer.from(`${username}:${secret?.reveal() ?? ''}`).toString('base64');
  return { url, authorization: new Secret(`Basic ${login}`) };
}
