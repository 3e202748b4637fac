import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import type { Autoencoder, AutoencoderKind, EpochLoss } from '../../src/model/autoencoder.ts';
import { denseAutoencoder } from '../../src/model/dense-autoencoder.ts';
import { loadKernels } from '../../src/model/kernels.ts';
import type { Kernels } from '../../src/model/kernels.ts';
import { addStretch, emptyLaggedCovariance } from '../../src/model/lagged-covariance.ts';
import type { Stretch } from '../../src/model/lagged-covariance.ts';
import { linearAutoencoder } from '../../src/model/linear-autoencoder.ts';

const STEPS = 8;
const FEATURES = 4;
const WIDTH = STEPS * FEATURES;
let kernels: Kernels;

beforeAll(async () => {
  kernels = await loadKernels('wasm');
});

/** Scaled rows in which all features follow one load. */
function stretch(count: number, seed: number): Stretch {
  const random = createRandom(seed);
  const rows = new Float32Array(count * FEATURES);
  let load = 0;
  for (let row = 0; row < count; row++) {
    load = 0.95 * load + 0.31 * random.normal();
    for (let feature = 0; feature < FEATURES; feature++) {
      rows[row * FEATURES + feature] = load + 0.1 * random.normal();
    }
  }
  return { rows, count };
}

async function fit(
  kind: AutoencoderKind,
  seed: number,
  onEpoch?: (loss: EpochLoss) => void,
): Promise<Autoencoder> {
  const training = stretch(1500, 1);
  const covariance = emptyLaggedCovariance(FEATURES, STEPS);
  addStretch(covariance, training, kernels);
  const { autoencoder } = await kind.fit(
    { features: FEATURES, steps: STEPS, covariance, training: [training], holdOut: [stretch(300, 2)] },
    {
      seed,
      layers: [24, 12, 6],
      learningRate: 0.005,
      batchSize: 64,
      maxEpochs: 8,
      maxWindows: 20_000,
      ...(onEpoch ? { onEpoch } : {}),
    },
    kernels,
  );
  return autoencoder;
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

describe.each([
  ['linear', linearAutoencoder as AutoencoderKind],
  ['dense', denseAutoencoder],
])('the %s autoencoder', (name, kind) => {
  let autoencoder: Autoencoder;
  const normal = stretch(200, 3).rows.slice(100 * FEATURES, 100 * FEATURES + WIDTH);
  const changed = (change: (windows: Float32Array) => void): number => {
    const window = normal.slice();
    change(window);
    return sum(autoencoder.errors(window, 1));
  };

  beforeAll(async () => {
    autoencoder = await fit(kind, 1);
  });

  it('says its kind and squeezes through at most a quarter of its inputs', () => {
    expect(kind.name).toBe(name);
    expect(autoencoder.shape[0]).toBe(WIDTH);
    expect(autoencoder.shape.at(-1)).toBe(WIDTH);
    expect(Math.min(...autoencoder.shape)).toBeLessThanOrEqual(WIDTH / 4);
  });

  it('repeats to the bit with an equal seed', async () => {
    const again = await fit(kind, 1);
    expect(Buffer.from(again.save()).equals(Buffer.from(autoencoder.save()))).toBe(true);
  });

  it('gives the same errors after save and load', () => {
    const windows = stretch(60, 4).rows.slice(0, 5 * WIDTH);
    const loaded = kind.load(autoencoder.save(), kernels);
    expect(loaded.errors(windows, 5)).toEqual(autoencoder.errors(windows, 5));
    expect(loaded.shape).toEqual(autoencoder.shape);
    loaded.dispose();
  });

  it('scores a spike, a shift of one feature and a broken relation above normal', () => {
    const usual = changed(() => undefined);
    expect(changed((window) => (window[WIDTH - 1] = 6))).toBeGreaterThan(3 * usual);
    const shift = changed((window) => {
      for (let row = 3; row < STEPS; row++)
        window[row * FEATURES + 1] = (window[row * FEATURES + 1] ?? 0) + 2;
    });
    expect(shift).toBeGreaterThan(3 * usual);
    const broken = changed((window) => {
      for (let row = 0; row < STEPS; row++)
        window[row * FEATURES + 2] = -1 * (window[row * FEATURES + 2] ?? 0);
    });
    expect(broken).toBeGreaterThan(3 * usual);
  });

  it('names the feature that did it', () => {
    const window = normal.slice();
    window[WIDTH - 2] = 8;
    const errors = autoencoder.errors(window, 1);
    expect(errors.indexOf(Math.max(...errors))).toBe(FEATURES - 2);
  });

  it('takes a missing value as the mean and gives it no error', () => {
    const all = normal.slice().fill(Number.NaN);
    expect([...autoencoder.errors(all, 1)]).toEqual([0, 0, 0, 0]);
    const one = normal.slice();
    one[5] = Number.NaN;
    expect(Number.isFinite(sum(autoencoder.errors(one, 1)))).toBe(true);
  });

  it('gives a window the same bits in any batch', () => {
    const windows = stretch(400, 5).rows.slice(0, 20 * WIDTH);
    const whole = autoencoder.errors(windows, 20);
    const part = autoencoder.errors(windows.slice(7 * WIDTH, 10 * WIDTH), 3);
    expect(part).toEqual(whole.slice(7 * FEATURES, 10 * FEATURES));
  });

  it('stays finite at the largest scaled values', () => {
    expect(Number.isFinite(changed((window) => window.fill(1e6)))).toBe(true);
  });
});

describe('the dense autoencoder', () => {
  it('reports each epoch, gets better, and gives another net for another seed', async () => {
    const losses: EpochLoss[] = [];
    const first = await fit(denseAutoencoder, 1, (loss) => losses.push(loss));
    expect(losses.length).toBeGreaterThan(1);
    expect(losses.at(-1)?.holdOut).toBeLessThan(losses[0]?.holdOut ?? 0);
    const other = await fit(denseAutoencoder, 2);
    expect(Buffer.from(other.save()).equals(Buffer.from(first.save()))).toBe(false);
  });
});
