import type { LabelledEntity } from './labelled-entity.ts';

/** Rows with each feature at mean 0 and sd 1 over the history; `[rows, width]`, missing values stand at the mean. */
export interface ScaledRows {
  readonly values: Float64Array;
  readonly rows: number;
  readonly width: number;
  readonly trainRows: number;
}

/** Scales an entity by its history; a constant feature gets sd = max(1 % of its level, .01). */
export function scaleRows({ values, features, labels, trainRows }: LabelledEntity): ScaledRows {
  const width = features.length;
  const rows = labels.length;
  const scaled = new Float64Array(rows * width);
  for (let column = 0; column < width; column++) {
    const own = Float64Array.from({ length: rows }, (_, row) => values[row * width + column] ?? Number.NaN);
    const known = own.subarray(0, trainRows).filter((value) => !Number.isNaN(value));
    const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
    const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, known.length);
    const sd =
      variance > 1e-24 * mean * mean + 1e-300 ? Math.sqrt(variance) : Math.max(0.01 * Math.abs(mean), 0.01);
    for (let row = 0; row < rows; row++) {
      const value = own[row] ?? Number.NaN;
      scaled[row * width + column] = Number.isNaN(value) ? 0 : (value - mean) / sd;
    }
  }
  return { values: scaled, rows, width, trainRows };
}
