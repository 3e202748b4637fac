import { loadKernels } from '../../../../src/model/kernels.ts';
import type { LabelledEntity } from '../labelled-entity.ts';
import { errorRatios, usualErrors } from './error-ratios.ts';
import type { RowSplit } from './error-ratios.ts';
import { laggedCovariances } from './lagged-covariances.ts';
import { scaleOf } from './feature-scale.ts';
import type { FeatureScale } from './feature-scale.ts';
import { shrink } from './fleet-prior.ts';
import type { FleetPrior } from './fleet-prior.ts';
import { forecastErrors, linearErrors } from './member-errors.ts';

const WINDOWS = [4, 16, 64];
const LAGS = 64;
const TRAIN_SHARE = 0.8;
const LINEAR_WEIGHT = 0.54;
const FORECAST_WEIGHT = 0.26;
const FORECAST_MEANS = [1, 8, 16, 32];
const LEAST_RATIO = 0.05;
const MOST_DISTANCE = 10;
const MOST_SCALED = 1e6;

/** A prototype's log score of each row, and what it learned. */
export interface PrototypeScores {
  /** One a row of the entity; NaN until the longest window is full. */
  readonly scores: Float64Array;
  /** First row of the hold-out. */
  readonly holdOutFrom: number;
  readonly learned: FleetPrior;
}

/**
 * The method that strayd began from, written down a second time and plainly: linear autoencoders at 4, 16 and 64 rows
 * (.54), a linear forecast (.26) and the range guard, each entity alone but for a prior. No net. Of the product it shares the
 * matrix product and the tail's fit.
 */
export async function prototypeScores(
  entity: LabelledEntity,
  prior: FleetPrior | null = null,
): Promise<PrototypeScores> {
  const { values, features, trainRows: historyRows } = entity;
  const width = features.length;
  const trainRows = Math.floor(TRAIN_SHARE * historyRows);
  const split: RowSplit = { trainRows, historyRows };
  const shrunk = (own: Float64Array, fleet: Float64Array | undefined): Float64Array =>
    shrink(own, fleet, trainRows);
  const scale = scaleOf(values, width, split);
  const sd = shrunk(scale.sd, prior?.sd);
  const scaled = scaleRows(values, scale.mean, sd);
  const own = laggedCovariances(scaled.subarray(0, trainRows * width), width, LAGS);
  const lagged = own.map((covariance, lag) => shrunk(covariance, prior?.lagged[lag]));
  const input = { values: scaled, width, lagged };
  const kernels = await loadKernels('auto');
  const errors = [...WINDOWS.map((steps) => linearErrors(input, steps, kernels)), forecastErrors(input)];
  const usual = errors.map((one, member) => shrunk(usualErrors(one, width, split), prior?.usual[member]));
  const ratios = errors.map((one, member) => errorRatios(one, usual[member] ?? new Float64Array(), split));
  const linear = ratios.slice(0, WINDOWS.length);
  const forecast = rollingLogs(ratios[WINDOWS.length] ?? new Float64Array());
  const reach =
    prior === null ? scale.reach : scale.reach.map((own, at) => Math.max(own, prior.reach[at] ?? 0));
  const distances = rangeDistances(values, { ...scale, sd, reach });
  const scores = distances.map((distance, row) => {
    const logs = linear.map((member) => Math.log((member[row] ?? Number.NaN) + LEAST_RATIO));
    const linearPart = logs.reduce((sum, log) => sum + log, 0) / logs.length;
    const mix = LINEAR_WEIGHT * linearPart + FORECAST_WEIGHT * (forecast[row] ?? Number.NaN);
    return mix / (LINEAR_WEIGHT + FORECAST_WEIGHT) + Math.log(1 + 10 * distance);
  });
  const learned = { sd, reach: scale.reach, lagged: own, usual };
  return { scores, holdOutFrom: trainRows, learned };
}

function scaleRows(values: Float64Array, mean: Float64Array, sd: Float64Array): Float64Array {
  const width = mean.length;
  return values.map((value, at) => {
    const scaled = (value - (mean[at % width] ?? 0)) / (sd[at % width] ?? 1);
    return Number.isNaN(scaled) ? 0 : Math.min(MOST_SCALED, Math.max(-MOST_SCALED, scaled));
  });
}

/** Mean of the logs of the rolling means over 1, 8, 16 and 32 rows; rows without a ratio count as 0. */
function rollingLogs(ratios: Float64Array): Float64Array {
  const sums = new Float64Array(ratios.length + 1);
  ratios.forEach((ratio, row) => {
    sums[row + 1] = (sums[row] ?? 0) + (Number.isNaN(ratio) ? 0 : ratio);
  });
  return ratios.map((_, row) => {
    const logs = FORECAST_MEANS.map((rows) => {
      const sum = (sums[row + 1] ?? 0) - (sums[Math.max(0, row + 1 - rows)] ?? 0);
      return Math.log(sum / rows + LEAST_RATIO);
    });
    return logs.reduce((sum, log) => sum + log, 0) / logs.length;
  });
}

/** Mean over features of min(10, distance outside the history's range ÷ range), one a row. */
function rangeDistances(values: Float64Array, { mean, sd, reach }: FeatureScale): Float64Array {
  const width = mean.length;
  const distances = new Float64Array(values.length / width);
  for (const [at, value] of values.entries()) {
    const [j, row] = [at % width, Math.floor(at / width)];
    const [centre, unit] = [mean[j] ?? 0, sd[j] ?? 1];
    const low = centre - (reach[2 * j] ?? 0) * unit;
    const high = centre + (reach[2 * j + 1] ?? 0) * unit;
    // The ends come from a sum and may miss the value they are made from by a rounding.
    const slack = 1e-12 * Math.abs(centre);
    const range = high - low > slack ? high - low : Math.max(0.01 * Math.abs(high), 0.01);
    const outside = Math.max(low - value, value - high, 0);
    if (outside > slack)
      distances[row] = (distances[row] ?? 0) + Math.min(MOST_DISTANCE, outside / range) / width;
  }
  return distances;
}
