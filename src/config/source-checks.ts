import type { Findings } from './findings.ts';
import type { ConfigPath } from './problem.ts';
import type { ParsedConfig } from './schema.ts';

type ParsedSource = ParsedConfig['sources'][number];

/** How a mapping may look, by the format that needs one. */
const EXAMPLES = {
  json: 'json: {time: timestamp, labels: tags, values: fields}',
  avro: 'avro: {registry: {url: "https://registry.example.org:8081"}, time: timestamp, labels: tags, values: fields}',
} as const;

/** The rules of one source that look at more than one value. */
export function checkSource(source: ParsedSource, path: ConfigPath, findings: Findings): void {
  const { name, format } = source;
  for (const own of ['json', 'avro'] as const) {
    if (format === own && source[own] === undefined) {
      findings.error(
        [...path, 'format'],
        `format ${own} of "${name}" needs to know where things lie; write for example ${EXAMPLES[own]}`,
      );
    } else if (format !== own && source[own] !== undefined) {
      findings.error(
        [...path, own],
        `"${own}" is for format: ${own}, but the format of "${name}" is ${format}; remove one`,
      );
    }
  }
  if (source.avro !== undefined) checkRegistry(source.avro.registry, [...path, 'avro', 'registry'], findings);
}

function checkRegistry(
  registry: NonNullable<ParsedSource['avro']>['registry'],
  path: ConfigPath,
  findings: Findings,
): void {
  const { username, password } = new URL(registry.url);
  if (username !== '' || password !== '') {
    findings.error(
      [...path, 'url'],
      'a log-in does not belong into the address; write "username" and "password_file" beside it',
    );
  }
  const hasPassword = registry.password !== undefined || registry.password_file !== undefined;
  const hasToken = registry.token !== undefined || registry.token_file !== undefined;
  if (registry.username !== undefined && hasToken) {
    findings.error(path, '"username" and a token are both given; keep one log-in');
  } else if (registry.username !== undefined && !hasPassword) {
    findings.error(path, '"password" is missing; write it, or name a file with it in "password_file"');
  } else if (registry.username === undefined && hasPassword) {
    findings.error(path, '"username" is missing: a password needs one');
  }
}
