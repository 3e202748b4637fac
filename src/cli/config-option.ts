import { readFileSync } from 'node:fs';
import { Option } from 'commander';
import type { LoadedConfig } from '../config/load.ts';

/** `--config FILE`, the same on every command that reads one. */
export function configOption(): Option {
  return new Option('-c, --config <file>', 'configuration file').default('strayd.yaml');
}

/** Reads a configuration and the files it names, with the features that its store has chosen for `auto`; throws a ConfigError with everything that is wrong. */
export async function readConfig(path: string): Promise<LoadedConfig> {
  const { loadConfig } = await import('../config/load.ts');
  const { keptFeatures, withFeatures } = await import('../app/discovery/kept-features.ts');
  const loaded = loadConfig(path, process.env, (file) => readFileSync(file, 'utf8'));
  const { config } = loaded;
  return { ...loaded, config: withFeatures(config, keptFeatures(config)) };
}
