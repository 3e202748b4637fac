import type { Random } from '../core/random.ts';
import type { Stretch } from './lagged-covariance.ts';

/** How many windows of `steps` rows lie in the stretches; none crosses from one to the next. */
export function countWindows(stretches: readonly Pick<Stretch, 'count'>[], steps: number): number {
  return stretches.reduce((sum, stretch) => sum + Math.max(0, stretch.count - steps + 1), 0);
}

/** The windows with the given numbers (ascending), counted through the stretches: `[numbers.length, steps · features]`. */
export function takeWindows(
  stretches: readonly Stretch[],
  steps: number,
  features: number,
  numbers: readonly number[],
): Float32Array {
  const width = steps * features;
  const windows = new Float32Array(numbers.length * width);
  let next = 0;
  let before = 0;
  for (const stretch of stretches) {
    const here = Math.max(0, stretch.count - steps + 1);
    while (next < numbers.length && numbers[next]! < before + here) {
      const start = (numbers[next]! - before) * features;
      windows.set(stretch.rows.subarray(start, start + width), next * width);
      next++;
    }
    before += here;
  }
  return windows;
}

/** At most `most` of `total` numbers, evenly spread, ascending; with a generator each is drawn at random from its own part. */
export function spreadNumbers(total: number, most: number, random?: Random): number[] {
  if (total <= most) return Array.from({ length: total }, (_, index) => index);
  const part = total / most;
  return Array.from({ length: most }, (_, index) => Math.floor((index + (random?.next() ?? 0.5)) * part));
}
