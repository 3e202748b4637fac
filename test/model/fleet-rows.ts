import { createRandom } from '../../src/core/random.ts';
import type { ModelSpec } from '../../src/core/detector.ts';

/** A small net that trains in a second. */
export const QUICK_SPEC: ModelSpec = {
  type: 'auto',
  layers: [32, 16, 8],
  bottleneck: 0.9,
  noise: 0.1,
  loss: 'mse',
  learningRate: 0.005,
  batchSize: 128,
  maxEpochs: 6,
  backend: 'wasm',
  seed: 1,
};

/** Rows `[count, features]` that follow one slow load, each with its own level, slope and noise. */
export function loadedRows(options: { count: number; features: number; seed: number }): Float64Array {
  const { count, features, seed } = options;
  const random = createRandom(seed);
  const rows = new Float64Array(count * features);
  let load = 0;
  for (let row = 0; row < count; row++) {
    load = 0.95 * load + 0.3 * random.normal();
    const daily = Math.sin((2 * Math.PI * row) / 200);
    for (let feature = 0; feature < features; feature++) {
      const level = 10 * (feature + 1) + seed;
      rows[row * features + feature] = level + (feature + 1) * (daily + load) + 0.2 * random.normal();
    }
  }
  return rows;
}
