import type { DetectorSpec } from '../core/detector.ts';
import type { EntitySpan } from '../core/evaluation/match-events.ts';
import { backtestDetector, medianStepMs } from '../ingest/replay/backtest-detector.ts';
import { CsvError } from '../ingest/replay/csv-lines.ts';
import { parseCsvTime } from '../ingest/replay/csv-time.ts';
import { readLabelsCsv } from '../ingest/replay/labels-csv.ts';
import { openWideCsv, type WideRow } from '../ingest/replay/wide-csv.ts';
import type { TrainingProgress } from '../training/train.ts';
import { BacktestError } from './backtest-error.ts';
import { runBacktest, type BacktestResult } from './backtest.ts';

export interface BacktestFiles {
  /** `wide.csv`, perhaps `.gz`. */
  readonly input: string;
  /** `labels.csv`, or `null`. */
  readonly labels: string | null;
  /** RFC 3339 or epoch seconds; `null` = the middle of the file. */
  readonly trainUntil: string | null;
  /** Whose windows, model, thresholds and alert settings to take; `null` = the defaults. */
  readonly detector: DetectorSpec | null;
  /** Trains again by the detector's `training.schedule`. */
  readonly retrain: boolean;
  readonly onProgress: (progress: TrainingProgress) => void;
}

/** What came of a file. */
export interface BacktestOfFile {
  readonly spec: DetectorSpec;
  readonly result: BacktestResult;
  readonly labels: readonly EntitySpan[] | null;
}

/** Backtests a file (DESIGN §6). Throws a {@link BacktestError} for what is wrong with it, naming the line and column. */
export async function backtestFile(files: BacktestFiles): Promise<BacktestOfFile> {
  try {
    const csv = await openWideCsv(files.input);
    const rows: WideRow[] = [];
    for await (const row of csv.rows) rows.push(row);
    if (rows.length === 0) throw new BacktestError(`${files.input} has a header and no rows.`);
    const labels = files.labels === null ? null : await readLabelsCsv(files.labels);
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
    return { spec, result, labels };
  } catch (error) {
    if (error instanceof CsvError) throw new BacktestError(error.message, { cause: error });
    // A gzip that breaks off. What names a path is told by the caller.
    if (error instanceof Error && 'code' in error && !('path' in error)) {
      throw new BacktestError(`The input can't be read: ${error.message}.`, { cause: error });
    }
    throw error;
  }
}

function specOf(
  { detector }: BacktestFiles,
  features: readonly string[],
  rows: readonly WideRow[],
): DetectorSpec {
  const base = backtestDetector(features, stepOf(rows));
  if (detector === null) return base;
  const { name, windows, model, training, calibration, alert } = detector;
  return { ...base, name, windows, model, training, calibration, alert };
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
