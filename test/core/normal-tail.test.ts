import { describe, expect, it } from 'vitest';
import { lnNormalTail } from '../../src/core/normal-tail.ts';

describe('lnNormalTail', () => {
  it.each([
    [-3, -0.0013508099647481923],
    [0, -0.6931471805599453],
    [1, -1.841021645009264],
    [4.4, -12.126791352],
    [10, -53.23128515051247],
    [40, -804.608442],
  ])('at %f is %f', (z, expected) => {
    expect(lnNormalTail(z)).toBeCloseTo(expected, 4);
  });
});
