import { readFileSync } from 'node:fs';
import { pipelineConfig, type PipelineConfig } from '../config/pipeline-config.ts';
import { ConfigError } from '../config/problem.ts';
import { CommandError, EXIT } from './exit.ts';

/** What flags mean as a part of a configuration that would lie at `path`, its files read. `of` says whose flags they are. */
export interface FlagsConfig {
  readonly path: string;
  readonly of: string;
  readonly text: string;
}

/** Reads flags as the configuration that they stand for. Rejects with a CommandError that tells what is wrong with them. */
export async function flagsConfig({ path, of, text }: FlagsConfig): Promise<PipelineConfig> {
  const { loadConfig } = await import('../config/load.ts');
  try {
    return pipelineConfig(
      loadConfig(path, process.env, (file) => (file === path ? text : readFileSync(file, 'utf8'))).config,
    );
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const what = error.problems.map((problem) => `${problem.path}: ${problem.message}`).join('; ');
    throw new CommandError(`The flags for ${of} can't be used: ${what}`, EXIT.wrongUse);
  }
}
