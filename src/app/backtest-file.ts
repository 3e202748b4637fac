import type { DetectorSpec } from '../core/detector.ts';
import { formatDuration } from '../core/duration.ts';
import type { EntitySpan } from '../core/evaluation/match-events.ts';
import { backtestDetector, medianStepMs } from '../ingest/replay/backtest-detector.ts';
import { CsvError } from '../ingest/replay/csv-lines.ts';
import { parseCsvTime } from '../ingest/replay/csv-time.ts';
import { readLabelsCsv } from '../ingest/replay/labels-csv.ts';
import { openWideCsv, type WideRow } from '../ingest/replay/wide-csv.ts';
import type { TrainingProgress } from '../training/train.ts';
import { BacktestError } from './backtest-error.ts';
import { runBacktest, type BacktestResult } from './backtest.ts';

/** So many entities are named in an error. */
const MOST_NAMED = 5;

/** A detector of a configuration. */
export interface ConfiguredDetector {
  readonly spec: DetectorSpec;
  /** The same with the defaults that a step of this length has. */
  readonly at: (stepMs: number) => DetectorSpec;
}

export interface BacktestFiles {
  /** `wide.csv`, perhaps `.gz`. */
  readonly input: string;
  /** `labels.csv`, or `null`. */
  readonly labels: string | null;
  /** RFC 3339 or epoch seconds; `null` = the middle of the file. */
  readonly trainUntil: string | null;
  /** Whose windows, model, thresholds and alert settings to take; `null` = the defaults. */
  readonly detector: ConfiguredDetector | null;
  /** Trains again by the detector's `training.schedule`. */
  readonly retrain: boolean;
  readonly onProgress: (progress: TrainingProgress) => void;
}

/** What came of a file. */
export interface BacktestOfFile {
  readonly spec: DetectorSpec;
  readonly result: BacktestResult;
  readonly labels: readonly EntitySpan[] | null;
  /** What is to be known of a configuration's detector on this file, a sentence each. */
  readonly warnings: readonly string[];
}

/** Backtests a file (DESIGN §6). Throws a {@link BacktestError} for what is wrong with it, naming the line and column. */
export async function backtestFile(files: BacktestFiles): Promise<BacktestOfFile> {
  try {
    const csv = await openWideCsv(files.input);
    const rows: WideRow[] = [];
    for await (const row of csv.rows) rows.push(row);
    if (rows.length === 0) throw new BacktestError(`${files.input} has a header and no rows.`);
    const labels = files.labels === null ? null : await readLabelsCsv(files.labels);
    refuseStrangers(files, labels ?? [], rows);
    const spec = specOf(files, csv.features, rows);
    const trainUntilMs = trainUntilOf(files, rows);
    const { onProgress, retrain } = files;
    const result = await runBacktest({
      spec,
      features: csv.features,
      rows,
      labels,
      trainUntilMs,
      retrain,
      onProgress,
    });
    return { spec, result, labels, warnings: warningsOf(files.detector, spec) };
  } catch (error) {
    if (error instanceof CsvError) throw new BacktestError(error.message, { cause: error });
    // A gzip that breaks off. What names a path is told by the caller.
    if (error instanceof Error && 'code' in error && !('path' in error)) {
      throw new BacktestError(`The input can't be read: ${error.message}.`, { cause: error });
    }
    throw error;
  }
}

/** A label of an entity that the file has no row of is a slip of the pen that would count as nothing to be found. */
function refuseStrangers(
  { input, labels: path }: BacktestFiles,
  labels: readonly EntitySpan[],
  rows: readonly WideRow[],
): void {
  const known = new Set(rows.map(({ entity }) => entity));
  const strangers = [...new Set(labels.map(({ entity }) => entity))].filter((entity) => !known.has(entity));
  if (strangers.length === 0) return;
  throw new BacktestError(
    `${path ?? ''} has labels of ${listed(strangers)}, of which ${input} has no row (it has ${listed([...known])}): correct them or leave them out.`,
  );
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  const named = names.slice(0, MOST_NAMED).map((name) => JSON.stringify(name));
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function specOf(
  { detector }: BacktestFiles,
  features: readonly string[],
  rows: readonly WideRow[],
): DetectorSpec {
  const base = backtestDetector(features, stepOf(rows));
  if (detector === null) return base;
  const { name, windows, model, training, calibration, alert } = detector.at(base.stepMs);
  return { ...base, name, windows, model, training, calibration, alert };
}

function warningsOf(detector: ConfiguredDetector | null, ran: DetectorSpec): string[] {
  if (detector === null) return [];
  const { name, stepMs, features } = detector.spec;
  const warnings: string[] = [];
  if (ran.stepMs !== stepMs) {
    warnings.push(
      `The file has steps of ${formatDuration(ran.stepMs)}, detector ${name} of ${formatDuration(stepMs)}: windows span another ` +
        'time here, and what is not written (confirm, refractory, min_steps) is as for the steps of the file.',
    );
  }
  const [columns, wanted] = [ran.features, features].map((all) => all.map((one) => one.name).join(', '));
  if (columns !== wanted) {
    warnings.push(
      `The file has the columns ${columns}, detector ${name} the features ${wanted}: the columns are what is watched.`,
    );
  }
  return warnings;
}

function stepOf(rows: readonly WideRow[]): number {
  try {
    return medianStepMs(rows);
  } catch (error) {
    throw new BacktestError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function trainUntilOf({ trainUntil }: BacktestFiles, rows: readonly WideRow[]): number {
  if (trainUntil !== null) {
    const timeMs = parseCsvTime(trainUntil);
    if (timeMs !== null) return timeMs;
    const text = JSON.stringify(trainUntil);
    throw new BacktestError(
      `--train-until ${text} is no time; write it as 2026-11-24T03:00:00Z or in epoch seconds.`,
    );
  }
  let [first, last] = [Infinity, -Infinity];
  for (const { timeMs } of rows) {
    first = Math.min(first, timeMs);
    last = Math.max(last, timeMs);
  }
  return (first + last) / 2;
}
