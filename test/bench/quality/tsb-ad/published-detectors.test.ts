import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.ts';
import { tsbKMeansScores, tsbPcaScores } from './published-detectors.ts';

/** Two features that move together over 500 rows; rows 300 … 309 are far off. */
function pair(): Float64Array {
  const random = createRandom(2);
  return Float64Array.from(
    Array.from({ length: 500 }, (_, row) => {
      const common = random.normal();
      return row >= 300 && row < 310 ? [12, -12] : [common, common + 0.1 * random.normal()];
    }).flat(),
  );
}

describe("TSB-AD's detectors, written down again", () => {
  it('PCA scores rows that lie far from its components highest', () => {
    const scores = tsbPcaScores({ values: pair(), width: 2 });
    const highest = Array.from(scores.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
    expect(highest.slice(0, 10).sort((a, b) => a - b)).toEqual([
      300, 301, 302, 303, 304, 305, 306, 307, 308, 309,
    ]);
  });

  it('PCA takes the distance to a component, divided by its share of the variance', () => {
    // Both features have variance 1 and nothing in common, so each component has half; one is enough for 25 %.
    const scores = tsbPcaScores({ values: Float64Array.of(1, 1, 1, -1, -1, 1, -1, -1), width: 2 });
    const [near, far] = [2 * Math.sqrt(1), 2 * Math.sqrt(5)];
    expect(Array.from(scores).sort()).toEqual(
      [near, near, far, far].map((score) => expect.closeTo(score, 9) as number),
    );
  });

  it('k-means gives a row the mean over the windows that it lies in, the same for the same seed', async () => {
    const values = pair();
    const scores = await tsbKMeansScores({ values, width: 2 }, 1);
    expect(scores).toHaveLength(500);
    expect(await tsbKMeansScores({ values, width: 2 }, 1)).toEqual(scores);
    expect(scores.some(Number.isNaN)).toBe(false);
  });
});
