import { expect, it } from 'vitest';
import { modelBlock } from '../../src/config/model-block.ts';
import type { ModelSpec } from '../../src/core/detector.ts';
import { MINIMAL, loadText } from './load-text.ts';

const model: ModelSpec = {
  type: 'dense',
  layers: [64, 16],
  bottleneck: 0.85,
  noise: 0.3,
  loss: 'mse',
  learningRate: 0.0021,
  batchSize: 64,
  maxEpochs: 12,
  backend: 'wasm',
  seed: 7,
  ownNets: ['db-1', 'rack 2/db-2'],
};

it('is read back to the same settings, in the place where it belongs', () => {
  const block = modelBlock(model)
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
  expect(loadText(`${MINIMAL}${block}`).config.detectors[0]?.model).toEqual(model);
  expect(modelBlock(model)).toContain('layers: [64, 16]');
});
