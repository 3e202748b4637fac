/** One figure of a bench, as `--json` prints it: one object a line. */
export interface BenchLine {
  readonly bench: string;
  readonly case: string;
  /** `null`: could not be measured, e.g. the delay when no event was found. */
  readonly value: number | null;
  readonly unit: string;
  /** What it is compared with, measured in the same run. */
  readonly baseline: string;
  readonly baseline_value: number | null;
  readonly ratio: number | null;
}

/** A line with its ratio worked out. */
export function benchLine(line: Omit<BenchLine, 'ratio'>): BenchLine {
  const { value, baseline_value } = line;
  const ratio =
    value === null || baseline_value === null || baseline_value === 0 ? null : value / baseline_value;
  return { ...line, ratio };
}

/** What every bench is given. */
export interface BenchOptions {
  /** Less of everything, so that it ends within a minute; only `ingest` and `transfer` have such a form. */
  readonly short: boolean;
  /** Folder of the whole data sets; `null`: only what the checkout holds. */
  readonly data: string | null;
  /** Data sets by name; `null`: the bench's small default. */
  readonly sets: readonly string[] | null;
  /** Rows of the quality table, or formats of `ingest`, by name; `null`: all. */
  readonly rows: readonly string[] | null;
  /** Runs of what chance has a part in. */
  readonly seeds: number;
  /** Leave parts of strayd out one by one instead of comparing it with others. */
  readonly ablate: boolean;
  /** Says for people what goes on; silent with `--json`. */
  readonly print: (text: string) => void;
}

/** A bench: measures and gives its figures. */
export type Bench = (options: BenchOptions) => Promise<BenchLine[]>;
