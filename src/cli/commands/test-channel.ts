import { Command, Option } from 'commander';
import type { AttemptView } from '../../server/views/delivery-view.ts';
import { readConfig } from '../config-option.ts';
import { CommandError, EXIT } from '../exit.ts';
import { printable } from '../../core/printable.ts';
import { clientOf, withUrlOptions, type UrlOptions } from '../url-option.ts';

interface TestOptions extends UrlOptions {
  readonly channel: string;
  readonly config?: string;
  readonly json?: true;
}

/** `strayd alerts test`: sends a test alert through one channel and says what came back. */
export function testChannelCommand(): Command {
  return withUrlOptions(new Command('test'))
    .description('send a test alert and its end through one channel, and say what came back')
    .requiredOption('-c, --channel <name>', 'the channel')
    .addOption(
      new Option('--config <file>', 'read the channel from this file instead of asking a running strayd'),
    )
    .option('--json', 'print JSON')
    .action(async (options: TestOptions) => {
      const attempts = await attemptsOf(options);
      if (options.json === true) process.stdout.write(`${JSON.stringify(attempts, null, 2)}\n`);
      else for (const attempt of attempts) process.stdout.write(`${lineOf(attempt)}\n`);
      if (attempts.length === 0 || attempts.some(({ ok }) => !ok)) process.exitCode = EXIT.failed;
    });
}

async function attemptsOf(options: TestOptions): Promise<readonly AttemptView[]> {
  const { channel, config: file } = options;
  if (file === undefined) {
    const path = `/api/v1/channels/${encodeURIComponent(channel)}/test`;
    const answer = await (await clientOf(options)).post(path);
    return (answer as { readonly attempts: readonly AttemptView[] }).attempts;
  }
  const { config } = await readConfig(file);
  const names = config.channels.map(({ name }) => name);
  if (!names.includes(channel)) {
    const known = names.length === 0 ? 'it has no channels' : `it has: ${names.join(', ')}`;
    throw new CommandError(`${file} has no channel ${JSON.stringify(channel)}; ${known}.`, EXIT.wrongUse);
  }
  const { testChannel } = await import('../../app/test-channel.ts');
  return testChannel(config, channel);
}

function lineOf({ event, ok, answer }: AttemptView): string {
  return `${ok ? 'sent  ' : 'FAILED'} ${event.padEnd(8)} ${printable(answer)}`;
}
