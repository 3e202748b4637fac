import type { Command } from 'commander';
import type { KafkaConnection } from '../config/pipeline-config.ts';
import { flagsConfig } from './flags-config.ts';

/** How to get at the brokers, where there is no configuration yet. */
export interface KafkaFlags {
  readonly brokers?: string;
  readonly tls?: true;
  readonly caFile?: string;
  readonly sasl?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly tokenFile?: string;
}

/** Adds the flags to a command. */
export function withKafkaFlags(command: Command): Command {
  return command
    .option('-b, --brokers <list>', 'brokers to start from, host:port, separated by commas')
    .option('--tls', 'encrypt the connections to the brokers')
    .option('--ca-file <file>', 'PEM file of the authorities to trust (with --tls)')
    .option(
      '--sasl <mechanism>',
      'log in: plain, scram-sha-256, scram-sha-512 (with --username) or oauthbearer',
    )
    .option('--username <name>', 'user name at the brokers')
    .option('--password-file <file>', 'file with the password at the brokers')
    .option('--token-file <file>', 'file with the token, for oauthbearer');
}

/** The `kafka` section that the flags mean, as YAML indented by two. */
export function kafkaSection(flags: KafkaFlags, brokers: string): string {
  const list = brokers.split(',').map((broker) => JSON.stringify(broker.trim()));
  const { caFile, sasl, username, passwordFile, tokenFile } = flags;
  const login = [
    `mechanism: ${JSON.stringify(sasl ?? '')}`,
    ...(username === undefined ? [] : [`username: ${JSON.stringify(username)}`]),
    ...(passwordFile === undefined ? [] : [`password_file: ${JSON.stringify(passwordFile)}`]),
    ...(tokenFile === undefined ? [] : [`token_file: ${JSON.stringify(tokenFile)}`]),
  ];
  return [
    `  brokers: [${list.join(', ')}]`,
    '  group_id: strayd # the consumer group; each strayd with a store of its own needs another',
    ...(caFile !== undefined
      ? [`  tls: {ca_file: ${JSON.stringify(caFile)}}`]
      : flags.tls === true
        ? ['  tls: true']
        : []),
    ...(sasl === undefined ? [] : [`  sasl: {${login.join(', ')}}`]),
  ].join('\n');
}

/** The connection that a `kafka` section makes, its files read as those of a configuration at `path` would be. Rejects with a CommandError that tells what is wrong. */
export async function connectionOf(section: string, path: string): Promise<KafkaConnection> {
  const text = `kafka:\n${section}\nsources: [{name: a, topics: [a], format: influx}]\ndetectors: [{name: a, entity: [a], features: [{metric: a}]}]\n`;
  return (await flagsConfig({ path, of: 'Kafka', text })).kafka;
}
