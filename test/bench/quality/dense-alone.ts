import { backtestDetector } from '../../../src/ingest/replay/backtest-detector.ts';
import { loadKernels } from '../../../src/model/kernels.ts';
import type { Kernels } from '../../../src/model/kernels.ts';
import { addStretch, emptyLaggedCovariance } from '../../../src/model/lagged-covariance.ts';
import type { Stretch } from '../../../src/model/lagged-covariance.ts';
import { netKind } from '../../../src/model/net-registry.ts';
import { cutTail } from '../../../src/model/validation-tail.ts';
import type { ScaledRows } from './scaled-rows.ts';

/** Rows of a window, as of strayd's own nets. */
const WINDOW = 16;
const MAX_TRAINING_WINDOWS = 20_000;
/** Windows that go through the net at once. */
const BATCH = 4096;

/**
 * The autoencoder as most people build it: one dense net for each entity, trained on windows of its standardised rows, and the mean
 * squared residual of the window that ends with a row as its score; 0 until there are 16 rows. The net and its settings are strayd's.
 */
export async function denseAloneScores(scaled: ScaledRows, seed: number): Promise<Float64Array> {
  const { rows, width, trainRows } = scaled;
  const kernels = await loadKernels('wasm');
  const values = Float32Array.from(scaled.values);
  const { training, validation } = cutTail(
    [{ rows: values.subarray(0, trainRows * width), count: trainRows }],
    width,
    3 * WINDOW,
  );
  const covariance = covarianceOf(training, width, kernels);
  const { model } = backtestDetector(
    Array.from({ length: width }, (_, i) => String(i)),
    60_000,
  );
  const { autoencoder } = await netKind('dense').fit(
    { features: width, steps: WINDOW, covariance, training, validation },
    { ...model, seed, maxWindows: MAX_TRAINING_WINDOWS },
    kernels,
  );
  const scores = new Float64Array(rows);
  for (let first = 0; first + WINDOW <= rows; first += BATCH) {
    const count = Math.min(BATCH, rows - WINDOW + 1 - first);
    const windows = new Float32Array(count * WINDOW * width);
    for (let i = 0; i < count; i++) {
      windows.set(values.subarray((first + i) * width, (first + i + WINDOW) * width), i * WINDOW * width);
    }
    const errors = autoencoder.errors(windows, count);
    for (let i = 0; i < count; i++) {
      const own = errors.subarray(i * width, (i + 1) * width);
      scores[first + i + WINDOW - 1] = own.reduce((sum, error) => sum + error, 0) / width;
    }
  }
  autoencoder.dispose();
  return scores;
}

function covarianceOf(stretches: readonly Stretch[], width: number, kernels: Kernels) {
  const covariance = emptyLaggedCovariance(width, WINDOW);
  for (const stretch of stretches) addStretch(covariance, stretch, kernels);
  return covariance;
}
