import { choleskySolve } from '../core/linear-algebra.ts';
import { ByteReader, ByteWriter } from './byte-stream.ts';
import type { Kernels } from './kernels.ts';
import { windowCovariance } from './lagged-covariance.ts';
import type { LaggedCovariance } from './lagged-covariance.ts';
import { rowProduct } from './row-product.ts';

/** Rows before the newest one that the forecast sees. */
export const FORECAST_ROWS = 7;

/** Most rows whose forecast errors a score needs. */
export const FORECAST_MEMORY = 32;

/** Ridge, as a share of the mean variance. */
const RIDGE = 0.05;

/** Predicts a row from the `FORECAST_ROWS` before it; all in scaled units. */
export interface Forecast {
  /** Rows it sees before the one it predicts. */
  readonly rows: number;
  readonly features: number;
  /**
   * Forecasts of the rows `FORECAST_ROWS` … count − 1 of a stretch `[count, features]`: `[count − FORECAST_ROWS, features]`. NaN counts
   * as the mean.
   */
  predict(rows: Float32Array, count: number): Float32Array;
  save(): Uint8Array;
  dispose(): void;
}

/** Ridge regression out of lagged covariances (at least `FORECAST_ROWS` + 1 lags): closed form, no rows needed. */
export function fitForecast(covariance: LaggedCovariance, kernels: Kernels): Forecast {
  const { features } = covariance;
  const inputs = FORECAST_ROWS * features;
  const size = inputs + features;
  const whole = windowCovariance(covariance, FORECAST_ROWS + 1);
  const cross = new Float64Array(inputs * features);
  let variance = 0;
  for (let i = 0; i < inputs; i++) {
    variance += whole[i * size + i]! / inputs;
    for (let j = 0; j < features; j++) cross[i * features + j] = whole[i * size + inputs + j]!;
  }
  // Unequal pair counts of short stretches may leave the matrix slightly indefinite: more ridge until it holds.
  for (let ridge = RIDGE * Math.max(variance, 1e-6); ; ridge *= 4) {
    const past = new Float64Array(inputs * inputs);
    for (let i = 0; i < inputs; i++) {
      for (let j = 0; j < inputs; j++) past[i * inputs + j] = whole[i * size + j]! + (i === j ? ridge : 0);
    }
    const coefficients = choleskySolve(past, cross, inputs, features);
    if (coefficients !== null) return build(features, Float32Array.from(coefficients), kernels);
  }
}

/** Brings a forecast back from the bytes of `save`. */
export function loadForecast(bytes: Uint8Array, kernels: Kernels): Forecast {
  const reader = new ByteReader(bytes);
  return build(reader.number(), reader.weights(), kernels);
}

/** Squared forecast errors `[rows − FORECAST_ROWS, features]` of a scaled stretch; missing values have none. */
export function forecastErrors(rows: Float32Array, predicted: Float32Array, features: number): Float64Array {
  const errors = new Float64Array(predicted.length);
  for (let i = 0; i < errors.length; i++) {
    const residual = rows[FORECAST_ROWS * features + i]! - predicted[i]!;
    errors[i] = Number.isNaN(residual) ? 0 : residual * residual;
  }
  return errors;
}

function build(features: number, coefficients: Float32Array, kernels: Kernels): Forecast {
  const inputs = FORECAST_ROWS * features;
  const product = rowProduct(
    coefficients,
    { rows: inputs, columns: features, usualCount: FORECAST_MEMORY },
    kernels,
  );
  return {
    rows: FORECAST_ROWS,
    features,
    predict: (rows, count) => {
      const outputs = Math.max(0, count - FORECAST_ROWS);
      const past = new Float32Array(outputs * inputs);
      for (let row = 0; row < outputs; row++) {
        for (let i = 0; i < inputs; i++) {
          const value = rows[row * features + i]!;
          past[row * inputs + i] = Number.isNaN(value) ? 0 : value;
        }
      }
      return product.apply(past, outputs);
    },
    save: () => new ByteWriter().number(features).float32(coefficients).finish(),
    dispose: () => {
      product.dispose();
    },
  };
}
