import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import { startBackend } from '../../src/model/backend.ts';
import { newEncoder, pretrainEncoder, withClasses } from '../../src/model/encoder-transfer.ts';
import { newLayers, runStack } from '../../src/model/layer-stack.ts';
import { trainStack } from '../../src/model/train-stack.ts';
import type { StackOptions, StackRows } from '../../src/model/train-stack.ts';

const INPUTS = 12;
const WIDTHS = [INPUTS, 8, 4];
const OPTIONS: StackOptions = {
  seed: 1,
  loss: 'cross_entropy',
  learningRate: 0.01,
  batchSize: 16,
  maxEpochs: 30,
  patience: 5,
};

/** Rows of three kinds, each bright in another third, with noise. */
function rowsOf(count: number, seed: number): StackRows {
  const random = createRandom(seed);
  const inputs = new Float32Array(count * INPUTS);
  const targets = new Float32Array(count * 3);
  for (let row = 0; row < count; row++) {
    const kind = random.integer(3);
    targets[row * 3 + kind] = 1;
    for (let i = 0; i < INPUTS; i++) {
      const bright = Math.floor(i / 4) === kind ? 0.8 : 0.2;
      inputs[row * INPUTS + i] = Math.min(1, Math.max(0, bright + 0.15 * random.normal()));
    }
  }
  return { count, inputs, targets };
}

const rows = { training: rowsOf(200, 1), validation: rowsOf(60, 2) };

beforeAll(() => startBackend('cpu'));

describe('pretrainEncoder', () => {
  it.each(['mse', 'cross_entropy'] as const)('gives the rows back better and better by %s', async (loss) => {
    const bare = newEncoder(WIDTHS, 1);
    const { encoder, curve } = await pretrainEncoder(bare, rows, { ...OPTIONS, loss });
    expect(encoder.map(({ bias }) => bias.length)).toEqual([8, 4]);
    expect(encoder[0]?.weights).not.toEqual(bare[0]?.weights);
    const [first, last] = [curve[0], curve.at(-1)];
    expect(last?.validation).toBeLessThan(0.95 * (first?.validation ?? 0));
    expect(last?.accuracy).toBeNaN();
  });

  it('keeps the middle of the code apart for rows of different kinds', async () => {
    const { encoder } = await pretrainEncoder(newEncoder(WIDTHS, 1), rows, OPTIONS);
    const { count, inputs, targets } = rows.validation;
    const code = runStack(encoder, inputs, count);
    const centres = [0, 1, 2].map((kind) => {
      const own = Array.from({ length: count }, (_, row) => row).filter(
        (row) => targets[row * 3 + kind] === 1,
      );
      return [0, 1, 2, 3].map((unit) =>
        own.reduce((sum, row) => sum + code[row * 4 + unit]! / own.length, 0),
      );
    });
    const nearest = Array.from({ length: count }, (_, row) => {
      const distances = centres.map((centre) =>
        centre.reduce((sum, value, unit) => sum + (value - code[row * 4 + unit]!) ** 2, 0),
      );
      return distances.indexOf(Math.min(...distances));
    });
    expect(nearest.filter((kind, row) => targets[row * 3 + kind] === 1).length / count).toBeGreaterThan(0.9);
  });

  it('gives the same bits for the same seed and others for another', async () => {
    const short = { ...OPTIONS, maxEpochs: 2 };
    const once = await pretrainEncoder(newEncoder(WIDTHS, 1), rows, short);
    const again = await pretrainEncoder(newEncoder(WIDTHS, 1), rows, short);
    const other = await pretrainEncoder(newEncoder(WIDTHS, 1), rows, { ...short, seed: 2 });
    expect(again).toEqual(once);
    expect(other.encoder).not.toEqual(once.encoder);
  });
});

describe('a classifier on an encoder', () => {
  it('starts from the encoder, and its training moves every layer', async () => {
    const { encoder } = await pretrainEncoder(newEncoder(WIDTHS, 1), rows, { ...OPTIONS, maxEpochs: 2 });
    const before = withClasses(encoder, 3, 1);
    expect(before.slice(0, 2)).toEqual(encoder);
    const { layers, curve } = await trainStack(before, rows, OPTIONS);
    expect(curve.at(-1)?.accuracy).toBeGreaterThan(0.9);
    layers.forEach(({ weights }, index) => expect(weights).not.toEqual(before[index]?.weights));
    const shares = runStack(layers, rows.validation.inputs, rows.validation.count);
    expect(shares.subarray(0, 3).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
  });
});

describe('trainStack', () => {
  it('answers the layers of its best epoch, and stops when the validation loss gains no more', async () => {
    const layers = newLayers([INPUTS, 3], ['softmax'], createRandom(1));
    // Targets that no input tells of: what is learned of the training rows is worth nothing on others.
    const noise = { ...rows.validation, targets: rowsOf(60, 3).targets };
    const { curve, layers: best } = await trainStack(
      layers,
      { training: { ...rows.training, targets: rowsOf(200, 4).targets }, validation: noise },
      { ...OPTIONS, learningRate: 0.1, maxEpochs: 50 },
    );
    expect(curve.length).toBeLessThan(50);
    const losses = curve.map((epoch) => epoch.validation);
    expect(losses.indexOf(Math.min(...losses))).toBe(losses.length - 1 - OPTIONS.patience);
    const shares = runStack(best, noise.inputs, noise.count);
    const loss = Array.from({ length: noise.count }, (_, row) => {
      const kind = noise.targets.subarray(row * 3, row * 3 + 3).indexOf(1);
      return -Math.log(shares[row * 3 + kind]!) / noise.count;
    }).reduce((sum, value) => sum + value, 0);
    expect(loss).toBeCloseTo(Math.min(...losses), 4);
  });

  it('ends with the reason when aborted', async () => {
    const signal = AbortSignal.abort(new Error('stop asked'));
    const layers = newLayers([INPUTS, 3], ['softmax'], createRandom(1));
    await expect(trainStack(layers, rows, { ...OPTIONS, signal })).rejects.toThrow('stop asked');
  });
});
