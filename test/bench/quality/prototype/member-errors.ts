import { choleskySolve } from '../../../../src/core/linear-algebra.ts';
import type { Kernels } from '../../../../src/model/kernels.ts';
import { windowCovariance } from './lagged-covariances.ts';
import { principalComponents } from './principal-components.ts';

const BATCH = 1024;
const FORECAST_ROWS = 7;
const RIDGE = 0.05;

/** Scaled rows `[rows, width]`, and the lagged covariances that a member is made from. */
export interface MemberInput {
  readonly values: Float64Array;
  readonly width: number;
  readonly lagged: readonly Float64Array[];
}

/**
 * Mean squared residual of each feature over the last `steps` rows that the components for 90 % of their variance leave;
 * `[rows, width]`, NaN in the first rows.
 */
export function linearErrors(
  { values, width, lagged }: MemberInput,
  steps: number,
  kernels: Kernels,
): Float64Array {
  const size = steps * width;
  const components = principalComponents(windowCovariance(lagged, width, steps), size, kernels);
  const count = components.length / size;
  const turned = new Float32Array(components.length);
  for (let row = 0; row < count; row++)
    for (let i = 0; i < size; i++) turned[i * count + row] = components[row * size + i] ?? 0;
  const down = kernels.hold(turned, size, count);
  const up = kernels.hold(Float32Array.from(components), count, size);
  const rows = values.length / width;
  const errors = new Float64Array(rows * width).fill(Number.NaN);
  for (let first = steps - 1; first < rows; first += BATCH) {
    const windows = Math.min(BATCH, rows - first);
    const input = new Float32Array(windows * size);
    for (let window = 0; window < windows; window++) {
      const begin = (first + window + 1 - steps) * width;
      input.set(values.subarray(begin, begin + size), window * size);
    }
    const output = kernels.multiply(kernels.multiply(input, windows, down), windows, up);
    for (let window = 0; window < windows; window++) {
      const target = (first + window) * width;
      for (let j = 0; j < width; j++) {
        let sum = 0;
        for (let at = window * size + j; at < (window + 1) * size; at += width)
          sum += ((input[at] as number) - (output[at] as number)) ** 2;
        errors[target + j] = sum / steps;
      }
    }
  }
  kernels.release(down);
  kernels.release(up);
  return errors;
}

/** Squared error of each feature of a row, forecast from the seven before by ridge regression; NaN in the first seven rows. */
export function forecastErrors({ values, width, lagged }: MemberInput): Float64Array {
  const known = FORECAST_ROWS * width;
  const size = known + width;
  const matrix = windowCovariance(lagged, width, FORECAST_ROWS + 1);
  const left = new Float64Array(known * known);
  const right = new Float64Array(known * width);
  let trace = 0;
  for (let i = 0; i < known; i++) {
    left.set(matrix.subarray(i * size, i * size + known), i * known);
    right.set(matrix.subarray(i * size + known, (i + 1) * size), i * width);
    trace += matrix[i * size + i] ?? 0;
  }
  for (let i = 0; i < known; i++) left[i * known + i] = (left[i * known + i] ?? 0) + RIDGE * (trace / known);
  const weights = choleskySolve(left, right, known, width);
  if (weights === null) throw new Error('the covariance of eight rows is not positive');
  const rows = values.length / width;
  const errors = new Float64Array(rows * width).fill(Number.NaN);
  const predicted = new Float64Array(width);
  for (let row = FORECAST_ROWS; row < rows; row++) {
    predicted.fill(0);
    const begin = (row - FORECAST_ROWS) * width;
    for (let i = 0; i < known; i++) {
      const value = values[begin + i] as number;
      for (let j = 0; j < width; j++)
        predicted[j] = (predicted[j] as number) + value * (weights[i * width + j] as number);
    }
    for (let j = 0; j < width; j++)
      errors[row * width + j] = ((values[row * width + j] as number) - (predicted[j] as number)) ** 2;
  }
  return errors;
}
