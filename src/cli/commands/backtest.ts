import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { Command } from 'commander';
import type { BacktestScore } from '../../app/backtest.ts';
import { BacktestError } from '../../app/backtest-error.ts';
import { compareBacktests } from '../../app/compare-backtests.ts';
import type { BacktestOfFile, ConfiguredDetector } from '../../app/backtest-file.ts';
import type { DetectorSpec } from '../../core/detector.ts';
import { comparedJson, comparedText, jsonOf, textOf } from '../backtest-text.ts';
import { readConfig } from '../config-option.ts';
import { CommandError, EXIT } from '../exit.ts';
import { progressBar } from '../progress-bar.ts';
import { assertWritable, withUserFiles } from '../user-files.ts';

interface BacktestOptions {
  readonly input: string;
  readonly labels?: string;
  readonly trainUntil?: string;
  readonly config?: string;
  readonly detector?: string;
  readonly scores?: string;
  readonly compare?: string;
  readonly retrain?: true;
  readonly json?: true;
}

/** `strayd backtest`: the daemon's own pipeline on a file. */
export function backtestCommand(): Command {
  return new Command('backtest')
    .summary('run the pipeline on a file: what would it have found, how often been wrong?')
    .description(
      'Run the pipeline on a file: what would strayd have found, and how often would it have been wrong? ' +
        'It learns from the rows before --train-until, then scores, sets thresholds and alerts row by row, ' +
        'each with what was known at its time.',
    )
    .requiredOption('-i, --input <wide.csv>', 'rows "time,entity,<feature>,…"; .gz is read as it is')
    .option('-l, --labels <labels.csv>', 'what really happened: rows "entity,start,end"')
    .option(
      '-t, --train-until <time>',
      'learn from rows before it, count later ones (default: the middle of the file)',
    )
    .option(
      '-c, --config <file>',
      'take windows, model, thresholds and alert settings from a detector of this configuration',
    )
    .option('-d, --detector <name>', 'which one, if the configuration has several')
    .option('-s, --scores <out.csv>', 'write "time,entity,score,raw" of each scored step')
    .option(
      '--retrain',
      'train again by training.schedule in the time of the file, through the promotion gate (default: once; each training takes seconds to minutes)',
    )
    .option(
      '--compare <file>',
      'run it again with the same detector of this configuration; exit code 1 if that one is worse: with labels it misses an ' +
        'event that the first found or has over a fifth more false alerts, without it loses an alert or gains over a fifth',
    )
    .option('--json', 'print JSON')
    .action(async (options: BacktestOptions) => {
      try {
        await withUserFiles(() => backtest(options));
      } catch (error) {
        if (error instanceof BacktestError) throw new CommandError(error.message, EXIT.wrongUse);
        throw error;
      }
    });
}

async function backtest(options: BacktestOptions): Promise<void> {
  const { compare, scores } = options;
  const detector = await chosenDetector(options);
  // What is wrong with the second half must not come out after the minutes of the first.
  const challenger = compare === undefined ? null : await chosenDetector({ ...options, config: compare });
  if (scores !== undefined) assertWritable(scores);
  const first = await runOne(options, detector);
  warn(first, options.config);
  const { result, labels } = first;
  if (scores !== undefined) await writeScores(scores, result.scores);
  process.stdout.write(
    options.json === true && compare === undefined
      ? `${JSON.stringify(jsonOf(result))}\n`
      : options.json === true
        ? ''
        : `${textOf(first)}\n`,
  );
  if (compare === undefined) return;
  const other = await runOne(options, challenger);
  warn(other, compare);
  const comparison = compareBacktests(result, other.result, labels);
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(comparedJson(result, other.result, comparison))}\n`
      : `${comparedText(compare, other, comparison)}\n`,
  );
  if (comparison.faults.length > 0) process.exitCode = EXIT.failed;
}

function warn({ warnings }: BacktestOfFile, config: string | undefined): void {
  for (const warning of warnings) process.stderr.write(`${config ?? ''}: warning: ${warning}\n`);
}

async function runOne(
  options: BacktestOptions,
  detector: ConfiguredDetector | null,
): Promise<BacktestOfFile> {
  const { backtestFile } = await import('../../app/backtest-file.ts');
  const bar = progressBar(process.stderr, 'Training');
  const ran = await backtestFile({
    input: options.input,
    labels: options.labels ?? null,
    trainUntil: options.trainUntil ?? null,
    detector,
    retrain: options.retrain === true,
    onProgress: ({ fraction, detail }) => bar.update(fraction, detail),
  });
  bar.done();
  return ran;
}

async function chosenDetector({ config, detector }: BacktestOptions): Promise<ConfiguredDetector | null> {
  if (config === undefined) {
    if (detector === undefined) return null;
    throw new CommandError(
      `--detector ${detector} names a detector of a configuration: add --config FILE.`,
      EXIT.wrongUse,
    );
  }
  const loaded = await readConfig(config);
  const { detectors } = loaded.config;
  const chosen =
    detector === undefined && detectors.length === 1
      ? detectors[0]
      : detectors.find(({ name }) => name === detector);
  if (chosen !== undefined) {
    const at = (stepMs: number): DetectorSpec =>
      loaded.detectorsAt(stepMs).find(({ name }) => name === chosen.name) ?? chosen;
    return { spec: chosen, at };
  }
  const names = detectors.map(({ name }) => name).join(', ');
  throw new CommandError(`Name one of the detectors of ${config} with --detector: ${names}.`, EXIT.wrongUse);
}

async function writeScores(path: string, scores: readonly BacktestScore[]): Promise<void> {
  const file = createWriteStream(path);
  file.write('time,entity,score,raw\n');
  for (const { time, entity, score, raw } of scores) {
    const field = /[",\n]/.test(entity) ? `"${entity.replaceAll('"', '""')}"` : entity;
    if (!file.write(`${time},${field},${score},${raw}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}
