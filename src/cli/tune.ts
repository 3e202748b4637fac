import { writeFileSync } from 'node:fs';
import { Option } from 'commander';
import type { Command } from 'commander';
import { TuneError } from '../app/tune-error.ts';
import type { Config } from '../config/config.ts';
import type { DetectorSpec } from '../core/detector.ts';
import { CommandError, EXIT } from './exit.ts';
import { duration, wholeNumber } from './number-arguments.ts';
import { progressBar } from './progress-bar.ts';
import { withUserFiles } from './user-files.ts';

/** What `strayd train` is told beside `--tune`. */
export interface TuneOptions {
  readonly tune?: true;
  readonly time?: number;
  readonly resume?: true;
  readonly trials?: number;
  readonly seed?: number;
  readonly output?: string;
  readonly json?: true;
}

const DEFAULT_MS = 600_000;
const MOST_TRIALS = 500;

/** Adds the options that only `--tune` has. */
export function withTuneOptions(command: Command): Command {
  return command
    .option('--tune', 'search better model settings on the history in the store; trains nothing into use')
    .option('--time <duration>', 'with --tune: end after this time (default: 10m)', duration)
    .addOption(new Option('--resume', 'with --tune: go on where the last one was cut off'))
    .option(
      '--trials <n>',
      'with --tune: settings to try (default: as many as the time allows)',
      wholeNumber(2, MOST_TRIALS),
    )
    .option(
      '--seed <n>',
      'with --tune: start of everything random (default: model.seed)',
      wholeNumber(0, 999_999_999),
    )
    .option('--output <file>', 'with --tune: write the model block of the configuration to a file')
    .option('--json', 'with --tune: print JSON');
}

/** Wrong use of the options of `--tune`, as text; `null` if all is well. */
export function tuneMisuse(options: TuneOptions & { readonly url?: string }): string | null {
  const { tune, time, resume, trials, seed, output, json } = options;
  const given = {
    '--time': time,
    '--resume': resume,
    '--trials': trials,
    '--seed': seed,
    '--output': output,
    '--json': json,
  };
  const [first] = Object.entries(given).filter(([, value]) => value !== undefined);
  if (tune === undefined) return first === undefined ? null : `${first[0]} is an option of --tune.`;
  if (options.url !== undefined) {
    return '--tune reads the store itself, also beside a running strayd: call it on that machine, without --url.';
  }
  const fixed =
    resume === true ? (trials === undefined ? (seed === undefined ? null : '--seed') : '--trials') : null;
  return fixed === null
    ? null
    : `${fixed} can't be changed with --resume: the tuning keeps what it began with.`;
}

/** `strayd train --tune`: prints what was tried, what was gained and the block for the configuration. */
export async function tuneCommand(config: Config, spec: DetectorSpec, options: TuneOptions): Promise<void> {
  const { tuneDetector } = await import('../app/tune-detector.ts');
  const { tuningJson, tuningSnippet, tuningText } = await import('./tuning-report.ts');
  const bar = progressBar(process.stderr, 'Tuning');
  try {
    const tuning = await tuneDetector({
      storePath: config.store.path,
      spec,
      budgetMs: options.time ?? DEFAULT_MS,
      trials: options.trials ?? null,
      seed: options.seed ?? spec.model.seed,
      resume: options.resume === true,
      progress: (fraction, detail) => bar.update(fraction, detail),
    });
    bar.done();
    const { output } = options;
    if (output !== undefined) await withUserFiles(() => writeFileSync(output, tuningSnippet(spec, tuning)));
    const text = options.json === true ? JSON.stringify(tuningJson(spec, tuning)) : tuningText(spec, tuning);
    process.stdout.write(`${text.trimEnd()}\n`);
  } catch (error) {
    bar.done();
    if (error instanceof TuneError) throw new CommandError(error.message, EXIT.failed);
    throw error;
  }
}
