import type { TopicChoice } from '../core/topic-choice.ts';
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

/** What is around a source. */
export interface SourceSurroundings {
  readonly path: ConfigPath;
  readonly files: ReferencedFiles;
  /** Topics that strayd writes. */
  readonly written: readonly string[];
}

/** A source with the files of its registry's log-in read. */
export function resolveSource(parsed: ParsedSource, around: SourceSurroundings): SourceConfig {
  const { format, json, avro } = parsed;
  const { path, files } = around;
  const choice = topicChoice(parsed, around.written);
  switch (format) {
    case 'json':
      return { ...choice, format, json: resolveMapping(json ?? NO_MAPPING) };
    case 'avro': {
      const { registry, ...mapping } = avro ?? { ...NO_MAPPING, registry: { url: '' } };
      return {
        ...choice,
        format,
        avro: resolveMapping(mapping),
        registry: resolveRegistry(registry, [...path, 'avro', 'registry'], files),
      };
    }
    default:
      return { ...choice, format };
  }
}

function topicChoice({ name, topics }: ParsedSource, exceptTopics: readonly string[]): TopicChoice {
  const names = topics.filter((topic) => typeof topic === 'string');
  const topicPatterns = topics.flatMap((topic) => (typeof topic === 'string' ? [] : [topic.pattern]));
  return { name, topics: names, ...(topicPatterns.length > 0 && { topicPatterns, exceptTopics }) };
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
