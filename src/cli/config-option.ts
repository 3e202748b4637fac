import { readFileSync } from 'node:fs';
import { Option } from 'commander';
import { keptFeatures, withFeatures } from '../app/discovery/decide-features.ts';
import { loadConfig, type LoadedConfig } from '../config/load.ts';

/** `--config FILE`, the same on every command that reads one. */
export function configOption(): Option {
  return new Option('-c, --config <file>', 'configuration file').default('strayd.yaml');
}

/** Reads a configuration and the files it names, with the features that its store has chosen for `auto`; throws a ConfigError with everything that is wrong. */
export function readConfig(path: string): LoadedConfig {
  const { config, warnings } = loadConfig(path, process.env, (file) => readFileSync(file, 'utf8'));
  return { config: withFeatures(config, keptFeatures(config)), warnings };
}
