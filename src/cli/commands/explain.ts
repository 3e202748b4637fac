import { Command } from 'commander';
import { LookBackRefusal } from '../../app/look-back-refusal.ts';
import type { StepExplanation } from '../../pipeline/explain/step-explanation.ts';
import type { ExplainQuery } from '../../server/views/entity-steps.ts';
import { readConfig } from '../config-option.ts';
import { CommandError, EXIT } from '../exit.ts';
import { explainText } from '../explain-text.ts';
import { withModelOptions, type ModelOptions } from '../model-access.ts';
import { clientOf } from '../url-option.ts';
import { withUserFiles } from '../user-files.ts';

interface ExplainOptions extends ModelOptions {
  readonly detector: string;
  readonly entity: string;
  readonly at?: string;
  readonly json?: true;
}

/** `strayd explain`: why an alert did or did not fire at a time. */
export function explainCommand(): Command {
  return withModelOptions(new Command('explain'))
    .summary('say why an alert did or did not fire at a time')
    .description(
      'Say why an alert did or did not fire at a time: values, what was expected, score, threshold and everything else ' +
        'that was asked, for any step that is kept (24 hours), in the running strayd at --url or in the store of the configuration.',
    )
    .requiredOption('-d, --detector <name>', 'which detector')
    .requiredOption('-e, --entity <entity>', 'which entity, as "alerts list" names it')
    .option('-a, --at <time>', 'RFC 3339 or epoch seconds; default: the newest step')
    .option('--json', 'print JSON')
    .action(async (options: ExplainOptions) => {
      const explanation = await explanationOf(options);
      const { columns } = process.stdout;
      const text =
        options.json === true ? JSON.stringify(explanation, null, 2) : explainText(explanation, columns);
      process.stdout.write(`${text}\n`);
    });
}

async function explanationOf(options: ExplainOptions): Promise<StepExplanation> {
  const { detector, entity, at, url, tokenFile, config: path } = options;
  if (url !== undefined) {
    const client = await clientOf({ url, ...(tokenFile === undefined ? {} : { tokenFile }) });
    const query = new URLSearchParams({ detector, entity, ...(at === undefined ? {} : { at }) });
    return (await client.get(`/api/v1/explain?${query.toString()}`)) as StepExplanation;
  }
  const { config } = await readConfig(path);
  const { explainAlone } = await import('../../app/explain-alone.ts');
  const query: ExplainQuery = { detector, entity, at: at ?? null };
  try {
    return await withUserFiles(() => explainAlone(config, query));
  } catch (error) {
    if (!(error instanceof LookBackRefusal)) throw error;
    throw new CommandError(error.message, error.kind === 'unknown' ? EXIT.failed : EXIT.wrongUse);
  }
}
