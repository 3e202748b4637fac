import type { HistoryConfig } from './config.ts';
import type { ReferencedFiles } from './referenced-files.ts';
import { resolveTls } from './resolve-kafka.ts';
import type { ParsedConfig } from './schema.ts';

/** Where detectors with `training.bootstrap: {prometheus: …}` read their history, with the files read. */
export function resolveHistories(parsed: ParsedConfig, files: ReferencedFiles): HistoryConfig[] {
  return parsed.detectors.flatMap(({ name, training: { bootstrap } }, index) => {
    if (typeof bootstrap === 'string') return [];
    const path = ['detectors', index, 'training', 'bootstrap'];
    const { prometheus: url, token, token_file, tls } = bootstrap;
    const secret = files.secret({ path, key: 'token', inline: token, file: token_file });
    return [{ detector: name, url, token: secret, tls: resolveTls(tls, [...path, 'tls'], files) }];
  });
}
