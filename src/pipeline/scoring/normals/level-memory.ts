/** One feature over a stretch of rows; sums, so that they go on step by step. */
export interface LevelSums {
  readonly rows: number;
  readonly sum: number;
  /** Of what is usual at those hours. */
  readonly usual: number;
  /** Steps from one value to the next, and their squares. */
  readonly steps: number;
  readonly stepSquares: number;
}

/** What is known of one feature since an alert's onset, and of its unrest before. */
export interface FeatureLevel {
  /** The newer stretch, still growing, and the one before it. */
  readonly fresh: LevelSums;
  readonly older: LevelSums;
  /** Steps from one value to the next before the onset, and their squares. */
  readonly stepsBefore: number;
  readonly stepSquaresBefore: number;
  /** Newest value; `null` where missing (JSON has no NaN). */
  readonly last: number | null;
}

/** An entity's level since its open alert began: plain JSON, of a size that does not grow. */
export interface LevelMemory {
  readonly sinceStep: number;
  /** Rows taken in. */
  readonly rows: number;
  /** By feature, in the detector's order. */
  readonly features: readonly FeatureLevel[];
}

const NOTHING: LevelSums = { rows: 0, sum: 0, usual: 0, steps: 0, stepSquares: 0 };
/** The way to a new level takes some rows: at each doubling from here on the older half is left out. */
const FIRST_HALF = 16;
/** A level is that of a day or two at most. */
const DAY_MS = 86_400_000;

/** The memory at an onset. `rowsBefore`: the entity's rows up to it, `[count, features]`, as far as they are known. */
export function newLevelMemory(sinceStep: number, rowsBefore: Float64Array, width: number): LevelMemory {
  const features = Array.from({ length: width }, (_, feature): FeatureLevel => {
    let [steps, squares] = [0, 0];
    for (let at = feature + width; at < rowsBefore.length; at += width) {
      const change = rowsBefore[at]! - rowsBefore[at - width]!;
      if (!Number.isFinite(change)) continue;
      steps += 1;
      squares += change * change;
    }
    return {
      fresh: NOTHING,
      older: NOTHING,
      stepsBefore: steps,
      stepSquaresBefore: squares,
      last: null,
    };
  });
  return { sinceStep, rows: 0, features };
}

/** Takes the next row in; `usual`: what the model has seen at this hour, by feature, in the features' units. */
export function withLevelRow(
  memory: LevelMemory,
  row: Float64Array,
  { usual, stepMs }: { readonly usual: Float64Array; readonly stepMs: number },
): LevelMemory {
  const rows = memory.rows + 1;
  const turns = isTurn(rows, Math.max(FIRST_HALF, Math.floor(DAY_MS / stepMs)));
  const features = memory.features.map((level, feature): FeatureLevel => {
    const value = row[feature] ?? Number.NaN;
    const grown = Number.isFinite(value) ? grow(level, value, usual[feature] ?? Number.NaN) : level.fresh;
    const last = Number.isFinite(value) ? value : null;
    return turns ? { ...level, older: grown, fresh: NOTHING, last } : { ...level, fresh: grown, last };
  });
  return { ...memory, rows, features };
}

/** A feature's sums over both stretches. */
export function sumsOf({ fresh, older }: FeatureLevel): LevelSums {
  return {
    rows: fresh.rows + older.rows,
    sum: fresh.sum + older.sum,
    usual: fresh.usual + older.usual,
    steps: fresh.steps + older.steps,
    stepSquares: fresh.stepSquares + older.stepSquares,
  };
}

/** At 16, 32, 64, … rows, and then once a day. */
function isTurn(rows: number, day: number): boolean {
  if (rows >= day) return rows % day === 0;
  return rows >= FIRST_HALF && Number.isInteger(Math.log2(rows));
}

function grow({ fresh, last }: FeatureLevel, value: number, usual: number): LevelSums {
  const change = last === null ? null : value - last;
  return {
    rows: fresh.rows + 1,
    sum: fresh.sum + value,
    usual: fresh.usual + usual,
    steps: fresh.steps + (change === null ? 0 : 1),
    stepSquares: fresh.stepSquares + (change === null ? 0 : change * change),
  };
}
