import { Command } from 'commander';
import type { DeadLetterView } from '../../server/views/dead-letter-view.ts';
import { clientOf } from '../url-option.ts';
import { readConfig } from '../config-option.ts';
import { deadLetterLines } from '../dead-letter-text.ts';
import { withModelOptions } from '../model-access.ts';
import { withUserFiles } from '../user-files.ts';

interface DeadLetterOptions {
  readonly config: string;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly json?: true;
}

async function lettersOf({ config: path, url, tokenFile }: DeadLetterOptions): Promise<DeadLetterView[]> {
  if (url === undefined) {
    const { config } = await readConfig(path);
    const { deadLettersAlone } = await import('../../app/dead-letter-views.ts');
    return withUserFiles(() => Promise.resolve(deadLettersAlone(config.store.path)));
  }
  const client = await clientOf({ url, ...(tokenFile === undefined ? {} : { tokenFile }) });
  return ((await client.get('/api/v1/dead-letters')) as { readonly reasons: DeadLetterView[] }).reasons;
}

/** `strayd dead-letters`: what could not be used, why, and an example of each. */
export function deadLettersCommand(): Command {
  const command = new Command('dead-letters')
    .summary('show why records could not be used')
    .description(
      'Show the reasons why records, or samples in them, could not be used, the most frequent first, each with its ' +
        'newest example. They come from the store of the configuration, beside a daemon or without one, or from the strayd at --url.',
    );
  return withModelOptions(command)
    .option('--json', 'print them as JSON')
    .action(async (options: DeadLetterOptions) => {
      const letters = await lettersOf(options);
      const text =
        options.json === true
          ? JSON.stringify({ reasons: letters }, null, 2)
          : deadLetterLines(letters).join('\n');
      process.stdout.write(`${text}\n`);
    });
}
