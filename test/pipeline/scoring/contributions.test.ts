import { describe, expect, it } from 'vitest';
import { contributionsOf } from '../../../src/pipeline/scoring/contributions.ts';
import { scoreRaw } from '../../../src/pipeline/scoring/raw-scores.ts';
import { fakeModel, fakeSpec } from './fake-scoring-model.ts';
import { fakeGuards } from './guards/fake-guards.ts';

function explain(busy: number, load: number, silent = false) {
  const rows = Float64Array.of(busy, load);
  const model = fakeModel('v1', silent);
  const item = {
    entity: 'a',
    cohort: '',
    step: 1,
    rows,
    count: 1,
    profile: model.profile('a', ''),
    guards: fakeGuards(),
  };
  const [raw] = scoreRaw(model, [item]);
  if (raw === undefined) throw new Error('one score was expected');
  return contributionsOf(raw, fakeSpec().features);
}

describe('contributionsOf', () => {
  it('names what the model blames, with seen and expected, when the guard is silent', () => {
    expect(explain(2, 0.4)).toEqual([
      { feature: 'busy', unit: 'busy unit', ratio: 0.75, seen: 2, expected: 0, range: null, guard: null },
      { feature: 'load', unit: 'load unit', ratio: 0.25, seen: 0.4, expected: 0.5, range: null, guard: null },
    ]);
  });

  it('puts a feature far outside its range first, and says what the range was', () => {
    const [first, second] = explain(0, 6, true);
    expect(first).toMatchObject({ feature: 'load', ratio: 1, seen: 6, range: { low: 0, high: 1 } });
    expect(second).toMatchObject({ feature: 'busy', ratio: 0, range: null });
  });

  it('expects nothing below zero of what training has never seen there, and anything else as forecast', () => {
    const model = fakeModel();
    const low = (lowest: number) => ({ ...model.profile('a', ''), low: Float64Array.of(-100, lowest) });
    const forecast: typeof model = {
      ...model,
      score: (items) => model.score(items).map((one) => ({ ...one, expected: Float64Array.of(-3, -2) })),
    };
    const expected = (lowest: number): number[] => {
      const item = { entity: 'a', cohort: '', step: 1, rows: Float64Array.of(2, 0.4), count: 1 };
      const [raw] = scoreRaw(forecast, [{ ...item, profile: low(lowest), guards: fakeGuards() }]);
      if (raw === undefined) throw new Error('one score was expected');
      return contributionsOf(raw, fakeSpec().features).map((one) => one.expected);
    };
    expect(expected(0)).toEqual([-3, 0]);
    expect(expected(-1)).toEqual([-3, -2]);
  });

  it('gives shares that sum to 1 when model and guard both speak', () => {
    const shares = explain(1.5, 3).map((one) => one.ratio);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(shares[0]).toBeGreaterThanOrEqual(shares[1] ?? 1);
  });
});
