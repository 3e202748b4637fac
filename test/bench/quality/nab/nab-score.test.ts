import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadNab, loadNabResults } from './load-nab.ts';
import { nabFigures } from './nab-figures.ts';
import { bestThreshold, NAB_PROFILES, normalised, scoreAt, sweepSeries } from './nab-score.ts';
import { probationRows } from './nab-series.ts';
import type { NabSeries } from './nab-series.ts';

const FOLDER = fileURLToPath(new URL('../../../fixtures/nab', import.meta.url));
const [STANDARD, LOW_FP, LOW_FN] = NAB_PROFILES as [
  (typeof NAB_PROFILES)[0],
  (typeof NAB_PROFILES)[0],
  (typeof NAB_PROFILES)[0],
];

/** A series of 1000 rows with windows in 300…399 and 600…699. */
const series = (group = 'a'): NabSeries => ({
  name: `${group}/made.csv`,
  group,
  timesMs: Float64Array.from({ length: 1000 }, (_, row) => row * 60_000),
  values: new Float64Array(1000),
  windows: [
    { first: 300, last: 399 },
    { first: 600, last: 699 },
  ],
  probationRows: 150,
});
const at = (scored: Readonly<Record<number, number>>): Float64Array => {
  const scores = new Float64Array(1000);
  for (const [row, score] of Object.entries(scored)) scores[Number(row)] = score;
  return scores;
};
const scored = (scores: Float64Array, threshold = 1, profile = STANDARD): number =>
  scoreAt(sweepSeries(series(), scores, profile), threshold);

describe('NAB scoring', () => {
  it.each([
    ['numenta', 0.54218769073, STANDARD, 3.19572468045],
    ['numenta', 0.57519550323, LOW_FP, 3.06755940455],
    ['numenta', 0.54218769073, LOW_FN, 3.19572468045],
    ['relativeEntropy', 0.5, STANDARD, 3.34891620107],
    ['relativeEntropy', 0.5, LOW_FP, 3.27565304809],
    ['windowedGaussian', 1, STANDARD, 3.47059145681],
    ['windowedGaussian', 1, LOW_FP, 3.36059145681],
  ])(
    'gives %s at threshold %f the published score of the file',
    (detector, threshold, profile, published) => {
      const [traffic] = loadNab(FOLDER);
      if (traffic === undefined) throw new Error('the extract is empty');
      const { scores } = loadNabResults(FOLDER, detector, [traffic]);
      // NAB keeps numenta's thresholds with more digits than it prints.
      const sweep = sweepSeries(traffic, scores[0] ?? new Float64Array(), profile);
      expect(scoreAt(sweep, threshold)).toBeCloseTo(published, 9);
    },
  );

  it('gives a detection at the first row of a window one point, later ones less, and counts the first alone', () => {
    expect(scored(at({ 300: 1, 600: 1 }))).toBeCloseTo(2, 9);
    expect(scored(at({ 300: 1, 350: 1, 600: 1 }))).toBeCloseTo(2, 9);
    const late = scored(at({ 350: 1, 600: 1 }));
    expect(late).toBeLessThan(2);
    expect(late).toBeGreaterThan(scored(at({ 390: 1, 600: 1 })));
  });

  it('takes a window missed as a point lost, two where misses weigh double', () => {
    expect(scored(at({}))).toBe(-2);
    expect(scored(at({ 300: 1 }))).toBeCloseTo(0, 9);
    expect(scored(at({}), 1, LOW_FN)).toBe(-4);
  });

  it('makes a false alert before any window cost in full, one just behind a window less', () => {
    expect(scored(at({ 200: 1 }))).toBeCloseTo(-2.11, 9);
    expect(scored(at({ 200: 1 }), 1, LOW_FP)).toBeCloseTo(-2.22, 9);
    expect(scored(at({ 402: 1 }))).toBeGreaterThan(-2.02);
    expect(scored(at({ 590: 1 }))).toBeCloseTo(-2.11, 3);
  });

  it('is deaf to rows of probation and to rows without a score', () => {
    expect(scored(at({ 100: 9 }))).toBe(-2);
    expect(scored(at({ 500: Number.NaN }), -1e9)).toBeGreaterThan(scored(at({}), -1e9));
  });

  it('normalises silence to 0 and a detection at the first row of each window to 100', () => {
    const sweeps = [sweepSeries(series(), at({ 300: 1, 600: 1 }), STANDARD)];
    expect(normalised(2, sweeps, STANDARD)).toBe(100);
    expect(normalised(-2, sweeps, STANDARD)).toBe(0);
    const figures = nabFigures([series('a'), series('b')], [at({ 300: 1, 600: 1 }), at({ 300: 2, 600: 2 })]);
    expect(figures.map(({ official }) => official)).toEqual(
      [100, 100, 100].map((x) => expect.closeTo(x, 6) as number),
    );
    // The threshold of group b, 2, finds nothing in group a.
    expect(figures[0]?.leaveOneGroupOut).toBeCloseTo(50, 6);
  });

  it('finds the threshold that is worth most, and takes silence if every other costs', () => {
    const good = at({ 300: 5, 600: 5, 200: 4 });
    expect(bestThreshold([sweepSeries(series(), good, STANDARD)])).toBe(5);
    const noise = { ...series(), windows: [] };
    expect(bestThreshold([sweepSeries(noise, at({ 500: 3 }), STANDARD)])).toBe(Infinity);
  });

  it('has a probation of 15 %, at most 750 rows', () => {
    expect([probationRows(1127), probationRows(4032), probationRows(22_695)]).toEqual([169, 604, 750]);
  });
});
