import { describe, expect, it } from 'vitest';
import { createRandom, deriveSeed } from '../../src/core/random.ts';

describe('createRandom', () => {
  it('repeats its numbers for an equal seed and differs for another', () => {
    const draw = (seed: number): number[] => {
      const random = createRandom(seed);
      return Array.from({ length: 20 }, () => random.next());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('draws normals of mean 0 and variance 1', () => {
    const random = createRandom(3);
    const values = Array.from({ length: 20_000 }, () => random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });

  it('draws whole numbers evenly below the bound', () => {
    const random = createRandom(5);
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 10_000; i++) {
      const value = random.integer(5);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    expect(counts).toHaveLength(5);
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it('shuffles without losing or doubling an item', () => {
    const items = Int32Array.from({ length: 100 }, (_, index) => index);
    createRandom(1).shuffle(items);
    expect([...items]).not.toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect([...items].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });
});

describe('deriveSeed', () => {
  it('keeps parts apart, so that moving a letter between them gives another seed', () => {
    expect(deriveSeed('ab', 'c')).not.toBe(deriveSeed('a', 'bc'));
    expect(deriveSeed(1, 'a')).toBe(deriveSeed(1, 'a'));
    expect(deriveSeed(1, 'a')).not.toBe(deriveSeed(2, 'a'));
  });
});
