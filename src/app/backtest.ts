import type { DetectorSpec } from '../core/detector.ts';
import { findLengthRank } from '../core/evaluation/find-length-rank.ts';
import { matchEvents, type EntitySpan, type MatchResult } from '../core/evaluation/match-events.ts';
import { vusPr } from '../core/evaluation/vus-pr.ts';
import type { WideRow } from '../ingest/replay/wide-csv.ts';
import { wideSlices } from '../ingest/replay/wide-slices.ts';
import type { RecordSlice } from '../core/records.ts';
import type { ScoringModel } from '../model/scoring-model.ts';
import { createState } from '../pipeline/create-state.ts';
import type { ClosedVector, Effects } from '../pipeline/effects.ts';
import type { PipelineState } from '../pipeline/pipeline-state.ts';
import { step } from '../pipeline/step.ts';
import type { TrainingOutcome, TrainingProgress } from '../training/train.ts';
import type { TrainingCard } from '../training/training-card.ts';
import { BacktestError } from './backtest-error.ts';
import { putToUse, trainNow, type ModelInUse } from './backtest-training.ts';
import { cronTimes } from '../config/cron-times.ts';
import { firedSpans, type FiredSpan } from './fired-alerts.ts';

const ROWS_PER_SLICE = 2000;
const SOURCE = 'file';

export interface BacktestInput {
  readonly spec: DetectorSpec;
  readonly features: readonly string[];
  readonly rows: readonly WideRow[];
  /** What really happened; `null` if nobody knows. */
  readonly labels: readonly EntitySpan[] | null;
  /** Rows before it are for training, later ones count. */
  readonly trainUntilMs: number;
  /** Trains again by `training.schedule` in the file's own time; else once. */
  readonly retrain?: boolean;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Is shown what each slice after the first training did, in order. */
  readonly onEffects?: (effects: Effects) => void;
  /** Puts another model in place of the trained one: benches leave parts of it out. */
  readonly alterModel?: (model: ScoringModel) => ScoringModel;
}

export interface BacktestScore {
  readonly entity: string;
  /** As the input writes it. */
  readonly time: string;
  readonly timeMs: number;
  readonly score: number;
  readonly raw: number;
}

/** One training, at a time of the file. */
export interface BacktestTraining {
  readonly atMs: number;
  readonly outcome: TrainingOutcome['kind'];
  readonly detail: string;
}

export interface BacktestResult {
  readonly entities: number;
  /** Scored steps after `trainUntilMs`. */
  readonly steps: number;
  readonly match: MatchResult;
  /** Mean over entities with a labelled row; `null` without labels. */
  readonly vusPr: number | null;
  readonly alerts: readonly FiredSpan[];
  readonly scores: readonly BacktestScore[];
  /** Of the model in use at the end. */
  readonly card: TrainingCard;
  /** The first one too. */
  readonly trainings: readonly BacktestTraining[];
}

/**
 * Runs the pipeline over a file as the daemon would have over a topic, in the file's own time: learns from the rows before
 * `trainUntilMs`, then scores, refits thresholds and alerts row by row (DESIGN §6).
 */
export async function runBacktest(input: BacktestInput): Promise<BacktestResult> {
  const { spec, rows, features, trainUntilMs } = input;
  const state = backtestState(spec);
  const options = { source: SOURCE, features, stepMs: spec.stepMs, rowsPerSlice: ROWS_PER_SLICE };
  const retrainMs = cronTimes(spec.training.schedule, spec.training.timezone);
  const history: ClosedVector[] = [];
  const seen: Effects[] = [];
  const trainings: BacktestTraining[] = [];
  const made: ModelInUse[] = [];
  let inUse: ModelInUse | null = null;
  let dueMs = trainUntilMs;
  const take = (slice: RecordSlice): void => {
    const effects = step(state, [{ kind: 'records', slice }]);
    if (dueMs < Infinity) history.push(...effects.steps.map(({ vector }) => vector));
    if (inUse === null) return;
    seen.push(effects);
    input.onEffects?.(effects);
    // A model whose trial has failed is no champion any more.
    for (const { version, rollback } of effects.activations) {
      if (rollback !== undefined) inUse = made.find(({ model }) => model.version === version) ?? inUse;
    }
  };
  for (const slice of wideSlices(rows, options)) {
    for (;;) {
      const split = slice.records.findIndex(({ timeMs }) => timeMs >= dueMs);
      if (split < 0) break;
      // What is taken in already is passed over by its offset.
      const records = slice.records.slice(0, split);
      if (split > 0) take({ ...slice, nextOffset: slice.firstOffset + split, records });
      const outcome = await trainNow(input, { history, seen, champion: inUse?.model ?? null });
      if (outcome.kind === 'promoted') {
        inUse = await putToUse(state, outcome, { ...input, atMs: dueMs });
        made.push(inUse);
      } else if (inUse === null) throw new BacktestError(tooLittle(input, outcome.detail));
      trainings.push({ atMs: dueMs, outcome: outcome.kind, detail: outcome.detail });
      dueMs = input.retrain === true ? retrainMs(dueMs) : Infinity;
    }
    take(slice);
  }
  if (inUse === null) {
    throw new BacktestError(
      'No row is at or after --train-until, so nothing is left to score; choose an earlier time.',
    );
  }
  return { ...account(input, seen), card: inUse.card, trainings };
}

/** A pipeline of one detector that knows nothing yet, with its schedules in the file's time and no alert too old to be told. */
export function backtestState(spec: DetectorSpec): PipelineState {
  const refit = cronTimes(spec.calibration.schedule, spec.training.timezone);
  return createState({
    detectors: [{ ...spec, source: null }],
    restored: { marks: [], entities: [], activations: [], budgetRefits: [], exclusions: [] },
    models: [],
    nextRefitMs: (_detector, afterMs) => refit(afterMs),
    maxAlertAgeMs: Infinity,
  });
}

function tooLittle({ rows, trainUntilMs }: BacktestInput, detail: string): string {
  const firstMs = rows.reduce((first, { timeMs }) => Math.min(first, timeMs), Infinity);
  if (firstMs < trainUntilMs) {
    return `${detail} Give a longer file, or a later --train-until, so that more rows are before it.`;
  }
  const [first, until] = [firstMs, trainUntilMs].map((ms) => new Date(ms).toISOString());
  return `No row is before --train-until ${until}, so nothing is left to learn from: the file begins at ${first}. Choose a later time.`;
}

function account(input: BacktestInput, seen: readonly Effects[]): Omit<BacktestResult, 'card' | 'trainings'> {
  const { spec, rows, trainUntilMs } = input;
  const counted = rows.filter(({ timeMs }) => timeMs >= trainUntilMs);
  const scores = scoresOf(seen, counted, spec.stepMs);
  const endMs = counted.reduce((newest, { timeMs }) => Math.max(newest, timeMs), -Infinity);
  const alerts = firedSpans(seen, spec.stepMs, endMs);
  const entities = new Set(counted.map(({ entity }) => entity)).size;
  // A label outside of the rows that count was not there to be found.
  const events = (input.labels ?? []).filter(
    (label) => label.endMs >= trainUntilMs && label.startMs <= endMs,
  );
  return {
    entities,
    steps: scores.length,
    match: matchEvents({
      events,
      alerts,
      entities,
      watchedMs: counted.length * spec.stepMs,
      budget: spec.alert.budget,
    }),
    vusPr: input.labels === null ? null : meanVusPr(counted, scores, events),
    alerts,
    scores,
  };
}

function scoresOf(seen: readonly Effects[], counted: readonly WideRow[], stepMs: number): BacktestScore[] {
  const rowAt = new Map(counted.map((row) => [stepKey(row.entity, Math.floor(row.timeMs / stepMs)), row]));
  return seen.flatMap(({ steps }) =>
    steps.flatMap(({ scored }) => {
      const row = scored === null ? undefined : rowAt.get(stepKey(scored.entity, scored.step));
      if (scored === null || row === undefined) return [];
      const { score, raw } = scored;
      return [{ entity: row.entity, time: row.timeText, timeMs: row.timeMs, score, raw }];
    }),
  );
}

function meanVusPr(
  counted: readonly WideRow[],
  scores: readonly BacktestScore[],
  events: readonly EntitySpan[],
): number | null {
  const rawAt = new Map(scores.map(({ entity, timeMs, raw }) => [stepKey(entity, timeMs), raw]));
  const byEntity = new Map<string, WideRow[]>();
  for (const row of counted) {
    const own = byEntity.get(row.entity);
    if (own === undefined) byEntity.set(row.entity, [row]);
    else own.push(row);
  }
  const values: number[] = [];
  for (const [entity, rows] of byEntity) {
    const own = events.filter((event) => event.entity === entity);
    const labels = rows.map(({ timeMs }) =>
      own.some(({ startMs, endMs }) => timeMs >= startMs && timeMs <= endMs) ? 1 : 0,
    );
    if (!labels.includes(1)) continue;
    const known = rows.map(({ timeMs }) => rawAt.get(stepKey(entity, timeMs)));
    const least = known.reduce<number>((low, raw) => Math.min(low, raw ?? Infinity), Infinity);
    const first = rows.map(({ values: [value] }) => value ?? Number.NaN);
    values.push(
      vusPr(
        labels,
        known.map((raw) => raw ?? least),
        findLengthRank(first),
      ),
    );
  }
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function stepKey(entity: string, at: number): string {
  return `${at} ${entity}`;
}
