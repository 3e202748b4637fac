import { describe, expect, it } from 'vitest';
import { vusPr } from '../../../src/core/evaluation/vus-pr.ts';

/** The linear congruential generator that the reference run used too. */
function* uniform(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

interface Case {
  readonly n: number;
  readonly segments: readonly (readonly [number, number])[];
  readonly window: number;
  readonly seed: number;
  readonly ties: boolean;
  readonly boost: number;
}

function make({ n, segments, seed, ties, boost }: Case): { labels: number[]; scores: number[] } {
  const labels = Array.from({ length: n }, (_, i) => (segments.some(([a, b]) => i >= a && i <= b) ? 1 : 0));
  const random = uniform(seed);
  const scores = labels.map((_, i) => {
    const score = random.next().value + boost * (labels[(i - 3 + n) % n] ?? 0);
    return ties ? Math.round(score * 10) / 10 : score;
  });
  return { labels, scores };
}

/** Values of an independent implementation of TSB-AD's RangeAUC_volume_opt (numpy). */
const CASES: readonly (readonly [Case, number])[] = [
  [
    {
      n: 400,
      segments: [
        [50, 69],
        [200, 205],
      ],
      window: 20,
      seed: 1,
      ties: false,
      boost: 0.4,
    },
    0.4671212927704602,
  ],
  [
    {
      n: 400,
      segments: [
        [0, 5],
        [100, 100],
        [110, 130],
        [390, 399],
      ],
      window: 31,
      seed: 2,
      ties: false,
      boost: 0.4,
    },
    0.6097838294578138,
  ],
  [
    {
      n: 1000,
      segments: [
        [100, 150],
        [170, 180],
        [600, 620],
      ],
      window: 100,
      seed: 3,
      ties: false,
      boost: 0.7,
    },
    0.8395146728785118,
  ],
  [{ n: 300, segments: [[40, 60]], window: 0, seed: 4, ties: false, boost: 0.4 }, 0.3797416933150154],
  [
    {
      n: 200,
      segments: [
        [40, 60],
        [100, 120],
      ],
      window: 24,
      seed: 5,
      ties: true,
      boost: 0.4,
    },
    0.4834732196975047,
  ],
];

describe('vusPr', () => {
  it.each(CASES)('equals the reference for %o', (input, expected) => {
    const { labels, scores } = make(input);
    expect(vusPr(labels, scores, input.window)).toBeCloseTo(expected, 9);
  });

  it('does not change when the scores are scaled and shifted', () => {
    const { labels, scores } = make({
      n: 500,
      segments: [[90, 120]],
      window: 20,
      seed: 9,
      ties: false,
      boost: 0.2,
    });
    expect(
      vusPr(
        labels,
        scores.map((s) => 8 * s - 2),
        20,
      ),
    ).toBeCloseTo(vusPr(labels, scores, 20), 12);
  });

  it('falls when the scores point backwards', () => {
    const { labels, scores } = make({
      n: 500,
      segments: [[90, 120]],
      window: 20,
      seed: 9,
      ties: false,
      boost: 1,
    });
    expect(
      vusPr(
        labels,
        scores.map((s) => -s),
        20,
      ),
    ).toBeLessThan(0.2 * vusPr(labels, scores, 20));
  });

  it('says what is wrong when no row is labelled or the lengths differ', () => {
    expect(() => vusPr([0, 0], [1, 2], 1)).toThrow('needs at least one labelled row');
    expect(() => vusPr([1, 0], [1], 1)).toThrow('2 labels do not fit 1 scores');
  });
});
