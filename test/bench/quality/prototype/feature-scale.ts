import type { RowSplit } from './error-ratios.ts';

/** Mean and sd of each feature, and how far its history reaches below and above, in sds: `[2 * features]`. */
export interface FeatureScale {
  readonly mean: Float64Array;
  readonly sd: Float64Array;
  readonly reach: Float64Array;
}

/** Mean and sd of the training rows, range of the whole history; a constant feature gets sd = max(1 % of its level, .01). */
export function scaleOf(
  values: Float64Array,
  width: number,
  { trainRows, historyRows }: RowSplit,
): FeatureScale {
  const scale = {
    mean: new Float64Array(width),
    sd: new Float64Array(width),
    reach: new Float64Array(2 * width),
  };
  for (let j = 0; j < width; j++) {
    const history: number[] = [];
    let known = 0;
    for (let row = 0; row < historyRows; row++) {
      const value = values[row * width + j] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      history.push(value);
      if (row < trainRows) known++;
    }
    const training = history.slice(0, known);
    const mean = training.reduce((sum, value) => sum + value, 0) / Math.max(1, known);
    const variance = training.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, known);
    const largest = training.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const isConstant = Math.sqrt(variance) <= 1e-9 * largest;
    const sd = isConstant ? Math.max(0.01 * Math.abs(mean), 0.01) : Math.sqrt(variance);
    const low = history.reduce((least, value) => Math.min(least, value), mean);
    const high = history.reduce((most, value) => Math.max(most, value), mean);
    scale.mean[j] = mean;
    scale.sd[j] = sd;
    scale.reach.set([(mean - low) / sd, (high - mean) / sd], 2 * j);
  }
  return scale;
}
