import { runBacktest } from '../../../../src/app/backtest.ts';
import type { DetectorSpec } from '../../../../src/core/detector.ts';
import { backtestDetector, medianStepMs } from '../../../../src/ingest/replay/backtest-detector.ts';
import type { WideRow } from '../../../../src/ingest/replay/wide-csv.ts';
import type { NabSeries } from './nab-series.ts';

const ENTITY = 'series';
const FEATURE = 'value';
/** Rows of probation that are for training, and windows of each length that a model wants of them. */
const TRAINING_SHARE = 0.8;
const LEAST_WINDOWS = 64;

/** What is set of the model; the rest is by default. */
export type NabModel = Pick<DetectorSpec['model'], 'seed' | 'type'>;

/**
 * strayd's raw scores of one series, one a row: a backtest without a config that learns from the probation rows. NaN where
 * it has none: in probation, and in rows that share their step with a later one.
 */
export async function straydNabScores(series: NabSeries, model: NabModel): Promise<Float64Array> {
  const rows = toRisingRows(series);
  const { scores } = await runBacktest({
    spec: nabDetector(series, rows, model),
    features: [FEATURE],
    rows,
    labels: null,
    trainUntilMs: series.timesMs[series.probationRows] ?? Infinity,
  });
  const rowAt = new Map(rows.map(({ timeMs, line }) => [timeMs, line - 2]));
  const raw = new Float64Array(series.timesMs.length).fill(Number.NaN);
  for (const score of scores) raw[rowAt.get(score.timeMs) ?? 0] = score.raw;
  return raw;
}

/** A detector by default, but for what the shortest files force: less history than it waits for, and shorter windows. */
function nabDetector(
  { probationRows }: NabSeries,
  rows: readonly WideRow[],
  { seed, type }: NabModel,
): DetectorSpec {
  const stepMs = medianStepMs(rows);
  const spec = backtestDetector([FEATURE], stepMs);
  const { training, model } = spec;
  const history = rows.filter(({ line }) => line - 2 < TRAINING_SHARE * probationRows);
  const windows = spec.windows.filter((steps) => countWindows(history, stepMs, steps) >= LEAST_WINDOWS);
  return {
    ...spec,
    windows: windows.length > 0 ? windows : spec.windows,
    training: { ...training, minSteps: Math.min(training.minSteps, probationRows >> 1) },
    model: { ...model, seed, type: windows.length > 0 ? type : 'none' },
  };
}

/** Windows of so many steps without a gap. */
function countWindows(rows: readonly WideRow[], stepMs: number, steps: number): number {
  let [run, windows, newest] = [0, 0, Number.NaN];
  for (const { timeMs } of rows) {
    const step = Math.floor(timeMs / stepMs);
    if (step === newest) continue;
    run = step === newest + 1 ? run + 1 : 1;
    newest = step;
    if (run >= steps) windows++;
  }
  return windows;
}

/** Rows later than all before them: a few files have a clock that was set back. */
function toRisingRows({ timesMs, values }: NabSeries): WideRow[] {
  let newestMs = -Infinity;
  return Array.from(timesMs).flatMap((timeMs, row) => {
    if (timeMs <= newestMs) return [];
    newestMs = timeMs;
    const timeText = new Date(timeMs).toISOString();
    return [{ line: row + 2, timeMs, timeText, entity: ENTITY, values: Float64Array.of(values[row] ?? 0) }];
  });
}
