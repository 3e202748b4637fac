import { describe, expect, it } from 'vitest';
import { drawCandidates, presentSettings } from '../../../src/training/tuning/search-space.ts';
import { fakeSpec } from '../../pipeline/scoring/fake-scoring-model.ts';

const { model } = fakeSpec();

describe('drawCandidates', () => {
  it('begins with what is in use, and repeats nothing', () => {
    const candidates = drawCandidates({ ...model, type: 'auto' }, 40, 1);
    expect(candidates).toHaveLength(40);
    expect(candidates[0]).toEqual(presentSettings(model));
    expect(new Set(candidates.map((one) => JSON.stringify(one))).size).toBe(40);
  });

  it('draws the same from the same seed, more of them beginning with the same, and others from another', () => {
    const drawn = (count: number, seed: number) => drawCandidates({ ...model, type: 'auto' }, count, seed);
    expect(drawn(20, 1).slice(0, 8)).toEqual(drawn(8, 1));
    expect(drawn(8, 2).slice(1)).not.toEqual(drawn(8, 1).slice(1));
  });

  it('moves the bottleneck alone where there is no net, until there is nothing new', () => {
    const candidates = drawCandidates({ ...model, type: 'linear' }, 40, 1);
    expect(candidates.length).toBeGreaterThan(5);
    expect(candidates.length).toBeLessThan(15);
    const { bottleneck: _, ...rest } = presentSettings(model);
    for (const candidate of candidates) expect(candidate).toMatchObject(rest);
  });

  it('stays inside what the configuration allows', () => {
    for (const { learningRate, batchSize, layers, bottleneck, noise } of drawCandidates(model, 200, 3)) {
      expect(learningRate).toBeGreaterThan(0);
      expect(learningRate).toBeLessThanOrEqual(0.01);
      expect(batchSize).toBeLessThanOrEqual(65_536);
      expect(layers.length).toBeGreaterThan(0);
      expect(bottleneck).toBeLessThanOrEqual(1);
      expect(noise).toBeGreaterThanOrEqual(0);
    }
  });
});
