import { loadConfig } from '../../src/config/load.ts';
import type { LoadedConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problem.ts';
import type { ConfigProblem } from '../../src/config/problem.ts';

/** The least that a file must say; more keys of the detector can be added at its end. */
export const MINIMAL = `sources:
  - {name: node, topics: [metrics], format: prometheus_json}
detectors:
  - name: hosts
    entity: [instance]
    features: [{metric: node_load1}]
`;

/** Loads a text as if it were a file; `files` are the others that it may name. */
export function loadText(
  text: string,
  options: { env?: Record<string, string>; path?: string; files?: Record<string, string> } = {},
): LoadedConfig {
  const path = options.path ?? 'strayd.yaml';
  return loadConfig(path, options.env ?? {}, (name) => {
    const found = name === path ? text : options.files?.[name];
    if (found === undefined) throw new Error('ENOENT: no such file or directory');
    return found;
  });
}

/** What a load that must fail says is wrong. */
export function problemsOf(load: () => unknown): readonly ConfigProblem[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
