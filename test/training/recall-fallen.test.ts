import { describe, expect, it } from 'vitest';
import { recallFallen } from '../../src/training/recall-fallen.ts';
import type { FaultResult } from '../../src/training/self-test.ts';

const of = (recall: number, trials?: number): FaultResult => ({
  fault: 'spike',
  recall,
  smallestSize: null,
  ...(trials !== undefined && { trials }),
});

describe('recallFallen', () => {
  it('takes a fall that 20 trials can’t give by chance', () => {
    expect(recallFallen(of(1, 20), of(0.55, 20))).toBe(true);
    expect(recallFallen(of(0.65, 20), of(0.1, 20))).toBe(true);
  });

  it('leaves alone what chance does, a rise, and what was never found', () => {
    expect(recallFallen(of(0.65, 20), of(0.3, 20))).toBe(false);
    expect(recallFallen(of(0.3, 20), of(0.9, 20))).toBe(false);
    expect(recallFallen(of(0, 20), of(0, 20))).toBe(false);
    expect(recallFallen(of(1, 20), of(1, 20))).toBe(false);
  });

  it('wants more of a fall where fewer faults were tried', () => {
    expect(recallFallen(of(1, 20), of(0.5, 4))).toBe(true);
    expect(recallFallen(of(0.8, 20), of(0.25, 4))).toBe(false);
    // Cards of earlier versions do not say: they had 20.
    expect(recallFallen(of(1), of(0.55))).toBe(true);
  });

  it('is wrong of an unchanged detector hardly more than once in a thousand tests', () => {
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
    for (const share of [0.1, 0.3, 0.5, 0.7, 0.9]) {
      const chance = (k: number): number => choose(20, k) * share ** k * (1 - share) ** (20 - k);
      let wrong = 0;
      for (let then = 0; then <= 20; then++) {
        for (let now = 0; now <= 20; now++) {
          if (recallFallen(of(then / 20, 20), of(now / 20, 20))) wrong += chance(then) * chance(now);
        }
      }
      expect(wrong, `share ${share}`).toBeLessThan(0.0012);
    }
  });
});
