import type { ModelGrid } from './ensemble-parts.ts';

/** The rows of one entity that a step's score may see: `[count, features]`, oldest first, the last one being scored. */
export interface ScoreItem {
  readonly entity: string;
  readonly cohort: string;
  readonly rows: Float64Array;
  readonly count: number;
}

/** What the model says of one step. Arrays have one element a feature. */
export interface ModelScore {
  /** Weighted mean over members of log(r + .05): the model's part of S (RECIPE §1.4). Higher is stranger. */
  readonly logError: number;
  /**
   * The newest row's own error ÷ its hold-out .9 quantile; above 1 the row itself is unusual (DESIGN §5.10). NaN where there is no
   * forecast (`type: none`): the guards must judge the row.
   */
  readonly newestRowRatio: number;
  /** Each feature's share of the error, weighted over the members: non-negative, sum 1. */
  readonly contributions: Float64Array;
  /** The forecast of the newest row, in the features' own units. */
  readonly expected: Float64Array;
  /**
   * Each feature's mean squared residual, weighted over the members, in squares of the profile's sd: not divided by what is usual for
   * the model, so that two models can be compared. NaN where no member had enough rows.
   */
  readonly residuals: Float64Array;
}

/** What the model knows of one entity (or its cohort, for entities it never saw). Arrays have one element a feature. */
export interface EntityProfile {
  /** Own statistics, or the cohort's. */
  readonly own: boolean;
  /** Rows of its own that the model learned from. */
  readonly trainedRows: number;
  readonly mean: Float64Array;
  readonly sd: Float64Array;
  /** Smallest and largest training value, for the range guard. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /**
   * How far a value may lie from its forecast, in the feature's own unit, so that its squared error ÷ the usual one is the hold-out .9
   * quantile of rows: a row of which every feature keeps to that is not unusual. Absent where there is no forecast.
   */
  readonly reach?: Float64Array;
}

/** One trained version of a detector's model, ready to score. Stateless: the same rows always give the same numbers. */
export interface ScoringModel {
  readonly version: string;
  readonly detector: string;
  /** Names in the order of the columns. */
  readonly features: readonly string[];
  /** That of the rows it was made from; `null` in files from before it was kept. */
  readonly grid: ModelGrid | null;
  /** Rows wanted for a full score; with fewer, members that lack rows stand at their hold-out median. */
  readonly rowsNeeded: number;
  /** Fewest rows that give a score at all. */
  readonly rowsLeast: number;
  profile(entity: string, cohort: string): EntityProfile;
  /** Scores in one batch; results in the order of the items, and independent of what else is in the batch. */
  score(items: readonly ScoreItem[]): ModelScore[];
  /** Saved nets by group, for a training that goes on from them. */
  nets(): ReadonlyMap<string, Uint8Array>;
  /** Frees tensors. */
  dispose(): void;
}
