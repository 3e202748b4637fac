import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { Command } from 'commander';
import { BacktestError, type BacktestResult, type BacktestScore } from '../../app/backtest.ts';
import { backtestFile } from '../../app/backtest-file.ts';
import type { DetectorSpec } from '../../core/detector.ts';
import { readConfig } from '../config-option.ts';
import { CommandError, EXIT } from '../exit.ts';
import { progressBar } from '../progress-bar.ts';
import { withUserFiles } from '../user-files.ts';
import { renderTable } from '../table.ts';

interface BacktestOptions {
  readonly input: string;
  readonly labels?: string;
  readonly trainUntil?: string;
  readonly config?: string;
  readonly detector?: string;
  readonly scores?: string;
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
  const bar = progressBar(process.stderr, 'Training');
  const { spec, result } = await backtestFile({
    input: options.input,
    labels: options.labels ?? null,
    trainUntil: options.trainUntil ?? null,
    detector: chosenDetector(options),
    onProgress: ({ fraction, detail }) => bar.update(fraction, detail),
  });
  bar.done();
  if (options.scores !== undefined) await writeScores(options.scores, result.scores);
  process.stdout.write(
    options.json === true ? `${JSON.stringify(jsonOf(result))}\n` : `${textOf(result, spec)}\n`,
  );
}

function chosenDetector({ config, detector }: BacktestOptions): DetectorSpec | null {
  if (config === undefined) return null;
  const { detectors } = readConfig(config).config;
  const chosen =
    detector === undefined && detectors.length === 1
      ? detectors[0]
      : detectors.find(({ name }) => name === detector);
  if (chosen !== undefined) return chosen;
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

function jsonOf({ entities, steps, match, vusPr, alerts }: BacktestResult) {
  return {
    entities,
    steps,
    events: match.events,
    found: match.found,
    false_alerts: match.falseAlerts,
    entity_weeks: match.entityWeeks,
    false_alerts_per_week: match.falseAlertsPerWeek,
    budget_ratio: match.budgetRatio,
    median_delay_s: match.medianDelayMs === null ? null : match.medianDelayMs / 1000,
    vus_pr: vusPr,
    alerts: alerts.map(({ entity, startMs, endMs, alert }) => ({
      entity,
      start: new Date(startMs).toISOString(),
      end: new Date(endMs).toISOString(),
      kind: alert.kind,
      score: alert.peakScore,
      features: alert.contributions.map(({ feature, ratio, seen, expected }) => ({
        feature,
        ratio,
        seen,
        expected,
      })),
    })),
  };
}

function textOf({ entities, steps, match, vusPr, alerts }: BacktestResult, spec: DetectorSpec): string {
  const rows = alerts.map(({ entity, startMs, endMs, alert }) => [
    new Date(startMs).toISOString().slice(0, 16).replace('T', ' '),
    new Date(endMs).toISOString().slice(0, 16).replace('T', ' '),
    entity,
    alert.kind,
    alert.peakScore.toFixed(2),
    alert.contributions[0]?.feature ?? '',
  ]);
  const lines = [renderTable(['from (UTC)', 'to', 'entity', 'kind', 'score', 'feature'], rows), ''];
  const weeks = match.entityWeeks.toFixed(1);
  lines.push(
    `${steps} steps of ${entities} ${entities === 1 ? 'entity' : 'entities'} scored, ${weeks} entity-weeks.`,
  );
  const perWeek = match.falseAlertsPerWeek?.toFixed(2) ?? '–';
  const times = match.budgetRatio?.toFixed(2) ?? '–';
  if (vusPr === null) {
    lines.push(`${alerts.length} alerts, ${perWeek} an entity-week: ${times} × the budget (${spec.name}).`);
    return lines.join('\n');
  }
  const delay = match.medianDelayMs === null ? '–' : `${Math.round(match.medianDelayMs / 1000)} s`;
  lines.push(
    `${match.found} of ${match.events} events found, median delay ${delay}.`,
    `${match.falseAlerts} false alerts, ${perWeek} an entity-week: ${times} × the budget (${spec.name}).`,
    `VUS-PR ${vusPr.toFixed(3)}.`,
  );
  return lines.join('\n');
}
