import { createRandom, deriveSeed } from '../../../src/core/random.ts';
import type { ScaledRows } from './scaled-rows.ts';

const WINDOW = 20;
const CENTRES = 20;
const ROUNDS = 10;
const MOST_TRAINING_WINDOWS = 6000;

/** Distance of the last 20 rows to the nearest of 20 centres (Lloyd) of training windows; 0 until there are 20 rows. */
export function kMeansWindowScores(scaled: ScaledRows, seed: number): Float64Array {
  const { values, rows, width, trainRows } = scaled;
  const size = WINDOW * width;
  const window = (first: number): Float64Array => values.subarray(first * width, first * width + size);
  const stride = Math.max(1, Math.ceil((trainRows - WINDOW) / MOST_TRAINING_WINDOWS));
  const training: Float64Array[] = [];
  for (let first = 0; first + WINDOW <= trainRows; first += stride) training.push(window(first));
  const random = createRandom(deriveSeed('k-means baseline', seed));
  let centres = Array.from({ length: CENTRES }, () =>
    Float64Array.from(training[random.integer(training.length)] ?? new Float64Array(size)),
  );
  for (let round = 0; round < ROUNDS; round++) {
    const sums = centres.map(() => ({ count: 0, sum: new Float64Array(size) }));
    for (const one of training) {
      const own = sums[nearest(one, centres).index];
      if (own === undefined) continue;
      own.count++;
      for (let i = 0; i < size; i++) own.sum[i] = (own.sum[i] ?? 0) + (one[i] ?? 0);
    }
    centres = sums.map(({ count, sum }, index) =>
      count > 0 ? sum.map((value) => value / count) : (centres[index] ?? sum),
    );
  }
  return Float64Array.from({ length: rows }, (_, row) =>
    row + 1 < WINDOW ? 0 : Math.sqrt(nearest(window(row + 1 - WINDOW), centres).distance),
  );
}

function nearest(one: Float64Array, centres: readonly Float64Array[]): { index: number; distance: number } {
  let best = { index: 0, distance: Infinity };
  for (const [index, centre] of centres.entries()) {
    let distance = 0;
    // A partial sum that is already larger than the best can't win.
    for (let i = 0; i < one.length && distance < best.distance; i++) {
      const difference = (one[i] as number) - (centre[i] as number);
      distance += difference * difference;
    }
    if (distance < best.distance) best = { index, distance };
  }
  return best;
}
