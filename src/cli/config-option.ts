import { readFileSync } from 'node:fs';
import { Option } from 'commander';
import { loadConfig, type LoadedConfig } from '../config/load.ts';

/** `--config FILE`, the same on every command that reads one. */
export function configOption(): Option {
  return new Option('-c, --config <file>', 'configuration file').default('strayd.yaml');
}

/** Reads a configuration and the files it names; throws a ConfigError with everything that is wrong. */
export function readConfig(path: string): LoadedConfig {
  return loadConfig(path, process.env, (file) => readFileSync(file, 'utf8'));
}
