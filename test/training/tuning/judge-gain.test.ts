import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import { judgeGain } from '../../../src/training/tuning/judge-gain.ts';
import type { JudgedSeed } from '../../../src/training/tuning/judge-gain.ts';

/** Settings that gain so much at the mean of episodes that differ far more among each other. */
function judged(gain: number, seed: number, foundMore = 0): JudgedSeed[] {
  const random = createRandom(seed);
  const hard = Array.from({ length: 200 }, () => 3 * random.normal());
  return [1, 2, 3].map(() => {
    const present = hard.map((value) => value + 0.1 * random.normal());
    const tuned = hard.map((value) => value + gain + 0.1 * random.normal());
    const found = (values: readonly number[], more: number): number[] =>
      values.map((value, index) => Number(value > 0 || index < more));
    return {
      present: { validationLoss: 0.2, logRatios: present, found: found(hard, 0) },
      tuned: { validationLoss: 0.1, logRatios: tuned, found: found(hard, foundMore) },
    };
  });
}

describe('judgeGain', () => {
  it('sees a gain far smaller than the differences among faults, as it is paired', () => {
    const { isReal, logRatio, episodes, seeds } = judgeGain(judged(0.1, 1, 40), 1);
    expect(isReal).toBe(true);
    expect(logRatio.low).toBeGreaterThan(0.05);
    expect(logRatio.high).toBeLessThan(0.15);
    expect([episodes, seeds]).toEqual([600, 3]);
  });

  it('takes noise for noise nearly always', () => {
    const real = Array.from({ length: 40 }, (_, seed) => judgeGain(judged(0, seed + 10), 1).isReal);
    expect(real.filter(Boolean).length).toBeLessThanOrEqual(4);
  });

  it('calls nothing a gain by which no more faults are found', () => {
    expect(judgeGain(judged(0.1, 1), 1).isReal).toBe(false);
    const fewer = judged(0.1, 1).map(({ present, tuned }) => ({
      present: { ...present, found: present.found.map(() => 1) },
      tuned,
    }));
    expect(judgeGain(fewer, 1).isReal).toBe(false);
    expect(judgeGain(judged(0.1, 1, 100), 1).found.gain.mean).toBeGreaterThan(0.1);
  });

  it('doubts a gain that only one training in three had', () => {
    const [first, ...others] = judged(0, 3);
    const lucky = judged(0.3, 3)[0];
    if (first === undefined || lucky === undefined) throw new Error('three were made');
    const gain = judgeGain([lucky, ...others], 1);
    expect(gain.logRatio.mean).toBeGreaterThan(0.05);
    expect(gain.logRatio.low).toBeLessThan(0.05);
  });

  it('gives the same interval for the same seed', () => {
    expect(judgeGain(judged(0.1, 1), 1)).toEqual(judgeGain(judged(0.1, 1), 1));
  });
});
