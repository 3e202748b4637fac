import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import type {
  Autoencoder,
  AutoencoderKind,
  AutoencoderOptions,
  EpochLoss,
} from '../../src/model/autoencoder.ts';
import { loadKernels } from '../../src/model/kernels.ts';
import type { Kernels } from '../../src/model/kernels.ts';
import { addStretch, emptyLaggedCovariance } from '../../src/model/lagged-covariance.ts';
import type { Stretch } from '../../src/model/lagged-covariance.ts';
import { linearAutoencoder } from '../../src/model/linear-autoencoder.ts';
import { netKind } from '../../src/model/net-registry.ts';

const STEPS = 8;
const FEATURES = 4;
const WIDTH = STEPS * FEATURES;
const OPTIONS: Omit<AutoencoderOptions, 'seed'> = {
  layers: [24, 12, 6],
  bottleneck: 0.9,
  noise: 0.1,
  loss: 'mse',
  learningRate: 0.005,
  batchSize: 64,
  maxEpochs: 8,
  maxWindows: 20_000,
};
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
  { epochs = OPTIONS.maxEpochs, ...change }: Partial<AutoencoderOptions> & { epochs?: number } = {},
): Promise<Autoencoder> {
  const training = stretch(1500, 1);
  const covariance = emptyLaggedCovariance(FEATURES, STEPS);
  addStretch(covariance, training, kernels);
  const { autoencoder } = await kind.fit(
    { features: FEATURES, steps: STEPS, covariance, training: [training], validation: [stretch(300, 2)] },
    // A recurrent net's gradients are small: it takes longer strides.
    {
      ...OPTIONS,
      ...(kind.name === 'lstm' ? { learningRate: 0.02 } : {}),
      seed,
      maxEpochs: epochs,
      ...change,
    },
    kernels,
  );
  return autoencoder;
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

describe('a dense net trained on windows with gaps', () => {
  it('learns nothing from what is missing: it rebuilds the feature as one that never missed a value', async () => {
    const holed = (share: number): Stretch => {
      const whole = stretch(1500, 1);
      const random = createRandom(3);
      for (let row = 0; row < whole.count; row++) {
        if (random.next() < share) whole.rows[row * FEATURES + 3] = Number.NaN;
      }
      return whole;
    };
    const errorOf = async (share: number): Promise<number> => {
      const training = holed(share);
      const covariance = emptyLaggedCovariance(FEATURES, STEPS);
      addStretch(covariance, stretch(1500, 1), kernels);
      const { autoencoder } = await netKind('dense').fit(
        { features: FEATURES, steps: STEPS, covariance, training: [training], validation: [stretch(300, 2)] },
        { ...OPTIONS, seed: 1, layers: [24, 12, 6], learningRate: 0.005, batchSize: 64, maxEpochs: 8 },
        kernels,
      );
      const test = stretch(300, 5);
      const windows = new Float32Array((test.count - STEPS + 1) * WIDTH);
      for (let at = 0; at < test.count - STEPS + 1; at++) {
        windows.set(test.rows.subarray(at * FEATURES, at * FEATURES + WIDTH), at * WIDTH);
      }
      const errors = autoencoder.errors(windows, windows.length / WIDTH);
      autoencoder.dispose();
      return sum(errors.filter((_, index) => index % FEATURES === 3)) / (windows.length / WIDTH);
    };
    const [whole, gaps] = [await errorOf(0), await errorOf(0.5)];
    expect(gaps).toBeLessThan(1.5 * whole);
  });
});

describe.each([
  ['linear', linearAutoencoder as AutoencoderKind],
  ['dense', netKind('dense')],
  ['conv', netKind('conv')],
  ['lstm', netKind('lstm')],
  ['variational', netKind('variational')],
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
    expect(shift).toBeGreaterThan(2 * usual);
    const broken = changed((window) => {
      for (let row = 0; row < STEPS; row++)
        window[row * FEATURES + 2] = -1 * (window[row * FEATURES + 2] ?? 0);
    });
    expect(broken).toBeGreaterThan(2 * usual);
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

describe.each(['huber', 'cross_entropy'] as const)('a net trained by %s', (loss) => {
  it('rebuilds normal windows in scaled units and leaves an error on strange ones', async () => {
    const net = await fit(netKind('dense'), 1, { loss });
    const windows = stretch(100, 6).rows.slice(0, 12 * WIDTH);
    const usual = sum(net.errors(windows, 12)) / (12 * FEATURES);
    expect(usual).toBeLessThan(0.5);
    const strange = windows.slice();
    for (let window = 0; window < 12; window++) strange[(window + 1) * WIDTH - 1] = 20;
    expect(sum(net.errors(strange, 12)) / (12 * FEATURES)).toBeGreaterThan(5 * usual);
  });
});

describe('the dense autoencoder', () => {
  it('reports each epoch, gets better, and gives another net for another seed', async () => {
    const losses: EpochLoss[] = [];
    const first = await fit(netKind('dense'), 1, { onEpoch: (loss) => losses.push(loss) });
    expect(losses.length).toBeGreaterThan(1);
    expect(losses.at(-1)?.validation).toBeLessThan(losses[0]?.validation ?? 0);
    const other = await fit(netKind('dense'), 2);
    expect(Buffer.from(other.save()).equals(Buffer.from(first.save()))).toBe(false);
  });

  it('leaves missing values out of its loss', async () => {
    const losses: EpochLoss[] = [];
    const gaps = (part: Stretch): Stretch => ({
      ...part,
      rows: part.rows.map((value, i) => (i % FEATURES === 0 ? Number.NaN : value)),
    });
    const training = gaps(stretch(1500, 1));
    const covariance = emptyLaggedCovariance(FEATURES, STEPS);
    addStretch(covariance, training, kernels);
    const fitted = await netKind('dense').fit(
      {
        features: FEATURES,
        steps: STEPS,
        covariance,
        training: [training],
        validation: [gaps(stretch(300, 2))],
      },
      { ...OPTIONS, seed: 1, maxEpochs: 1, onEpoch: (loss) => losses.push(loss) },
      kernels,
    );
    // Were the gaps rebuilt too, a quarter of the errors would be next to none from the start.
    const plain: EpochLoss[] = [];
    await fit(netKind('dense'), 1, { onEpoch: (loss) => plain.push(loss) });
    expect(losses[0]?.training).toBeGreaterThan(0.9 * (plain[0]?.training ?? 0));
    fitted.autoencoder.dispose();
  });

  it('goes on from a base of its own size in fewer epochs, and not from another', async () => {
    const first = await fit(netKind('dense'), 1, { epochs: 12 });
    const curve: EpochLoss[] = [];
    const onEpoch = (loss: EpochLoss): number => curve.push(loss);
    const tuned = await fit(netKind('dense'), 2, { epochs: 12, base: first.save(), onEpoch });
    const scratch: EpochLoss[] = [];
    await fit(netKind('dense'), 2, { epochs: 12, onEpoch: (loss) => scratch.push(loss) });
    expect(curve.length).toBeLessThanOrEqual(8);
    expect(curve[0]?.validation).toBeLessThan(0.8 * (scratch[0]?.validation ?? 0));
    const other = await fit(netKind('variational'), 1);
    const again = await fit(netKind('dense'), 2, { epochs: 12, base: other.save() });
    const plain = await fit(netKind('dense'), 2, { epochs: 12 });
    expect(Buffer.from(again.save()).equals(Buffer.from(plain.save()))).toBe(true);
    expect(Buffer.from(tuned.save()).equals(Buffer.from(plain.save()))).toBe(false);
  });
});
