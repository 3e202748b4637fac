import { Command } from 'commander';
import { TrainAloneError } from '../../app/train-alone-error.ts';
import type { Config } from '../../config/config.ts';
import type { DetectorSpec } from '../../core/detector.ts';
import type { TrainingRun } from '../../store/training-run-repository.ts';
import { apiClient } from '../api-client.ts';
import { configOption, readConfig } from '../config-option.ts';
import { CommandError, EXIT } from '../exit.ts';
import { progressBar } from '../progress-bar.ts';
import { tuneCommand, tuneMisuse, withTuneOptions } from '../tune.ts';
import type { TuneOptions } from '../tune.ts';
import { httpUrl, listenUrl } from '../url-option.ts';

interface TrainOptions extends TuneOptions {
  readonly config: string;
  readonly detector?: string;
  readonly url?: string;
  readonly cancel?: true;
}

/** `strayd train`: a training now, by the running daemon or, if none runs, alone. */
export function trainCommand(): Command {
  return withTuneOptions(plainTrainCommand());
}

function plainTrainCommand(): Command {
  return new Command('train')
    .summary('train now, in the running strayd or alone on its store')
    .description(
      'Train now instead of waiting for the schedule: asks the running strayd, or works alone on the store if ' +
        'none runs. A new model is used only if it is not worse than the one in use. The exit code is 0 also if ' +
        'there is too little history yet or the old model stays; 1 means that the training failed or was cancelled (Ctrl-C, SIGTERM).',
    )
    .addOption(configOption())
    .option('-d, --detector <name>', 'only this detector (default: all)')
    .option(
      '-u, --url <url>',
      'address of the running strayd (default: server.listen of the configuration)',
      httpUrl,
    )
    .option('--cancel', 'end a training under way in the running strayd; the model in use stays')
    .action(async (options: TrainOptions) => {
      const misuse = tuneMisuse(options);
      if (misuse !== null) throw new CommandError(misuse, EXIT.wrongUse);
      const { config } = await readConfig(options.config);
      if (options.tune === true) return tuneCommand(config, onlyOne(config, options.detector), options);
      const detectors = chosenDetectors(config, options.detector);
      const alone = options.url === undefined && options.cancel !== true;
      if (alone && (await trainedAlone(config, detectors))) return;
      const url = options.url ?? listenUrl(config.server.listen);
      const client = apiClient({ url, token: config.server.token?.reveal() ?? null });
      for (const { name } of detectors) {
        if (options.cancel === true) {
          await client.post(`/api/v1/detectors/${encodeURIComponent(name)}/train/cancel`);
          process.stdout.write(`${name}: training cancelled; the model in use stays.\n`);
          continue;
        }
        await client.post(`/api/v1/detectors/${encodeURIComponent(name)}/train`);
        process.stdout.write(
          `${name}: training started by the strayd at ${url}; its log tells how it ends.\n`,
        );
      }
    });
}

/** The time given to a tuning is for one detector. */
function onlyOne(config: Config, name: string | undefined): DetectorSpec {
  const [first, second] = chosenDetectors(config, name);
  if (first !== undefined && second === undefined) return first;
  const names = config.detectors.map((spec) => spec.name).join(', ');
  throw new CommandError(`--tune takes one detector: name it with --detector, of ${names}.`, EXIT.wrongUse);
}

function chosenDetectors(config: Config, name: string | undefined): readonly DetectorSpec[] {
  if (name === undefined) return config.detectors;
  const chosen = config.detectors.filter((spec) => spec.name === name);
  if (chosen.length > 0) return chosen;
  const names = config.detectors.map((spec) => spec.name).join(', ');
  throw new CommandError(
    `There is no detector ${JSON.stringify(name)}; the configuration has ${names}.`,
    EXIT.wrongUse,
  );
}

function outcomeText({ outcome, detail }: TrainingRun): string {
  switch (outcome) {
    case 'promoted':
      return `a new model is in use. ${detail}`;
    case 'rejected':
      return `the model in use stays. ${detail}`;
    case 'unchanged':
      return `nothing changed. ${detail}`;
    case 'failed':
    case 'cancelled':
      return `${outcome}. ${detail}`;
    case 'not_enough_history':
      return `nothing trained. ${detail} "strayd run" collects the history.`;
    default:
      return `${outcome}. ${detail}`;
  }
}

/** Answers false if a daemon holds the store. */
async function trainedAlone(config: Config, detectors: readonly DetectorSpec[]): Promise<boolean> {
  const { trainAlone } = await import('../../app/train-alone.ts');
  const bar = progressBar(process.stderr, 'Training');
  const progress = (detector: string, fraction: number, detail: string): void =>
    bar.update(fraction, `${detector} ${detail}`);
  try {
    const cancelling = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => cancelling.abort());
    const runs = await trainAlone({ config, detectors, progress, signal: cancelling.signal });
    bar.done();
    if (runs === null) return false;
    for (const run of runs) process.stdout.write(`${run.detector}: ${outcomeText(run)}\n`);
    if (runs.some(({ outcome }) => outcome === 'failed' || outcome === 'cancelled'))
      process.exitCode = EXIT.failed;
    return true;
  } catch (error) {
    if (error instanceof TrainAloneError) throw new CommandError(error.message);
    throw error;
  }
}
