import { createRandom, deriveSeed } from '../../core/random.ts';
import type { Measured } from './measure-settings.ts';

/** An estimate with its 95 % interval. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Present and tuned settings, trained with the same seed and measured on the same episodes, of rows that neither has seen; each pair has episodes of its own. */
export interface JudgedSeed {
  readonly present: Measured;
  readonly tuned: Measured;
}

/** What tuned settings gain over the present ones. */
export interface Gain {
  /** More than noise: both intervals are above zero. A fault that stands out more but is found anyway helps nobody. */
  readonly isReal: boolean;
  /** Of scores in against out of injected faults: tuned − present. */
  readonly logRatio: Interval;
  /** Share of the faults found when a hundredth of the normal rows is over. */
  readonly found: { readonly present: number; readonly tuned: number; readonly gain: Interval };
  readonly validationLoss: { readonly present: number; readonly tuned: number };
  readonly episodes: number;
  readonly seeds: number;
}

const RESAMPLES = 2000;
const TAIL = 0.025;

/** The gain, paired by seed and episode; intervals by a bootstrap that draws seeds, and in each its episodes, anew (Efron 1979). */
export function judgeGain(judged: readonly JudgedSeed[], seed: number): Gain {
  const ratios = judged.map(({ present, tuned }) => differences(present.logRatios, tuned.logRatios));
  const finds = judged.map(({ present, tuned }) => differences(present.found, tuned.found));
  const logRatio = bootstrap(ratios, seed);
  const foundGain = bootstrap(finds, seed);
  const average = (of: (one: JudgedSeed) => number): number => mean(judged.map(of));
  return {
    isReal: logRatio.low > 0 && foundGain.low > 0,
    logRatio,
    found: {
      present: average(({ present }) => mean(present.found)),
      tuned: average(({ tuned }) => mean(tuned.found)),
      gain: foundGain,
    },
    validationLoss: {
      present: average(({ present }) => present.validationLoss),
      tuned: average(({ tuned }) => tuned.validationLoss),
    },
    episodes: ratios.reduce((sum, values) => sum + values.length, 0),
    seeds: judged.length,
  };
}

function differences(present: readonly number[], tuned: readonly number[]): number[] {
  return tuned.map((value, index) => value - (present[index] ?? Number.NaN));
}

function bootstrap(seeds: readonly (readonly number[])[], seed: number): Interval {
  const random = createRandom(deriveSeed(seed, 'bootstrap'));
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    let count = 0;
    for (let draw = 0; draw < seeds.length; draw++) {
      const values = seeds[random.integer(seeds.length)] ?? [];
      for (let index = 0; index < values.length; index++) sum += values[random.integer(values.length)] ?? 0;
      count += values.length;
    }
    return sum / count;
  }).sort();
  const at = (share: number): number => means[Math.floor(share * (RESAMPLES - 1))] ?? Number.NaN;
  return { mean: mean(seeds.map((values) => mean(values))), low: at(TAIL), high: at(1 - TAIL) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
