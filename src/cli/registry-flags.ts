import type { Command } from 'commander';
import type { SchemaRegistryOptions } from '../ingest/schema-registry.ts';
import { CommandError, EXIT } from './exit.ts';
import { flagsConfig } from './flags-config.ts';

/** How to get at a schema registry, where there is no configuration yet. */
export interface RegistryFlags {
  readonly registry?: string;
  readonly registryUsername?: string;
  readonly registryPasswordFile?: string;
  readonly registryTokenFile?: string;
}

/** Adds the flags to a command. */
export function withRegistryFlags(command: Command): Command {
  return command
    .option('--registry <url>', 'schema registry that has the schemas of Avro records')
    .option('--registry-username <name>', 'user name at the schema registry')
    .option('--registry-password-file <file>', 'file with the password at the schema registry')
    .option('--registry-token-file <file>', 'file with a bearer token for the schema registry')
    .hook('preAction', (_, action) => {
      const { registry, registryUsername, registryPasswordFile, registryTokenFile } =
        action.opts<RegistryFlags>();
      const login = registryUsername ?? registryPasswordFile ?? registryTokenFile;
      if (registry === undefined && login !== undefined) {
        throw new CommandError(
          'A log-in at a schema registry needs its address: give --registry.',
          EXIT.wrongUse,
        );
      }
    });
}

/** The `registry` of a source as one line of YAML. */
export function registrySection(flags: RegistryFlags, url: string): string {
  const parts = [
    `url: ${JSON.stringify(url)}`,
    ...(flags.registryUsername === undefined ? [] : [`username: ${JSON.stringify(flags.registryUsername)}`]),
    ...(flags.registryPasswordFile === undefined
      ? []
      : [`password_file: ${JSON.stringify(flags.registryPasswordFile)}`]),
    ...(flags.registryTokenFile === undefined
      ? []
      : [`token_file: ${JSON.stringify(flags.registryTokenFile)}`]),
  ];
  return `{${parts.join(', ')}}`;
}

/** The registry that such a section means, its files read as those of a configuration at `path` would be. Rejects with a CommandError that tells what is wrong. */
export async function registryOf(section: string, path: string): Promise<SchemaRegistryOptions> {
  const avro = `{registry: ${section}, time: a, values: a}`;
  const text = `sources: [{name: a, topics: [a], format: avro, avro: ${avro}}]\ndetectors: [{name: a, entity: [a], features: [{metric: a}]}]\n`;
  const [source] = (await flagsConfig({ path, of: 'the schema registry', text })).sources;
  if (source?.format !== 'avro') throw new Error('the source that was written is not there');
  return source.registry;
}
