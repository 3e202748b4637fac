import type { Autoencoder } from './autoencoder.ts';
import type { ScaledEntity } from './fit-input.ts';
import { FORECAST_ROWS, forecastErrors } from './forecast.ts';
import type { Forecast } from './forecast.ts';
import type { Stretch } from './lagged-covariance.ts';
import type { MemberErrors } from './member-statistics.ts';
import { countWindows, spreadNumbers, takeWindows } from './stretch-windows.ts';

/** Windows that are measured however much work they are. */
const LEAST_TRAINING_WINDOWS = 500;
const LEAST_HOLD_OUT_WINDOWS = 1500;
const CHUNK = 512;

/**
 * An autoencoder's errors on an entity: of all windows of hold-out and training, or of as many, evenly spread, as `work`
 * multiplications allow; hold-out comes first.
 */
export function autoencoderErrors(
  autoencoder: Autoencoder,
  entity: ScaledEntity,
  work: number,
): MemberErrors {
  const { steps, features, shape } = autoencoder;
  const workAWindow = shape.reduce((sum, width, i) => sum + width * (shape[i + 1] ?? 0), 0);
  const affordable = work / workAWindow;
  const holdOutWindows = Math.min(
    countWindows(entity.holdOut, steps),
    Math.max(LEAST_HOLD_OUT_WINDOWS, affordable),
  );
  const sample = (stretches: readonly Stretch[], most: number): Float64Array[] => {
    const numbers = spreadNumbers(countWindows(stretches, steps), most);
    const errors = new Float64Array(numbers.length * features);
    for (let start = 0; start < numbers.length; start += CHUNK) {
      const part = numbers.slice(start, start + CHUNK);
      const windows = takeWindows(stretches, steps, features, part);
      errors.set(autoencoder.errors(windows, part.length), start * features);
    }
    return [errors];
  };
  return {
    features,
    training: sample(
      entity.training,
      Math.floor(Math.max(LEAST_TRAINING_WINDOWS, affordable - holdOutWindows)),
    ),
    holdOut: sample(entity.holdOut, Math.floor(holdOutWindows)),
  };
}

/** A forecast's errors on all rows of an entity, stretch by stretch. */
export function forecastMemberErrors(forecast: Forecast, entity: ScaledEntity): MemberErrors {
  const { features } = forecast;
  const every = (stretches: readonly Stretch[]): Float64Array[] =>
    stretches
      .filter((stretch) => stretch.count > FORECAST_ROWS)
      .map((stretch) => {
        const errors = new Float64Array((stretch.count - FORECAST_ROWS) * features);
        for (let start = 0; start + FORECAST_ROWS < stretch.count; start += CHUNK) {
          const count = Math.min(CHUNK + FORECAST_ROWS, stretch.count - start);
          const rows = stretch.rows.subarray(start * features, (start + count) * features);
          errors.set(forecastErrors(rows, forecast.predict(rows, count), features), start * features);
        }
        return errors;
      });
  return { features, training: every(entity.training), holdOut: every(entity.holdOut) };
}
