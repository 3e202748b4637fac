/** Rows from `first` to `last`, both inside, in which a detection counts as true. */
export interface NabWindow {
  readonly first: number;
  readonly last: number;
}

/** One file of the Numenta Anomaly Benchmark: a single metric and its labelled windows. */
export interface NabSeries {
  /** The file as the labels name it, `group/file.csv`. */
  readonly name: string;
  readonly group: string;
  /** One a row, ms; not always rising, and steps are not always equal. */
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  /** In order of time. */
  readonly windows: readonly NabWindow[];
  /** Rows at the beginning that are for learning and never scored. */
  readonly probationRows: number;
}

const PROBATION_SHARE = 0.15;
const MOST_PROBATION_ROWS = 750;

/** NAB's probation: 15 % of a file, at most 15 % of 5000 rows. */
export function probationRows(rows: number): number {
  return Math.min(Math.floor(PROBATION_SHARE * rows), MOST_PROBATION_ROWS);
}
