import { describe, expect, it } from 'vitest';
import { scoreHoldOut } from '../../src/training/score-hold-out.ts';
import { fakeModel } from '../pipeline/scoring/fake-scoring-model.ts';

const chosen = {
  entity: 'a',
  cohort: 'web',
  stretches: [
    { firstStep: 10, count: 4, values: Float64Array.of(0, 0, 0.1, 0, 0.2, 0, 0.3, 0) },
    { firstStep: 20, count: 2, values: Float64Array.of(0.4, 0, 0.5, 2) },
  ],
  rows: 6,
  holdOutFrom: 12,
  leftOut: {},
};

describe('scoreHoldOut', () => {
  it('scores the rows from the hold-out on, with windows that reach back into training rows but over no gap', async () => {
    const counts: number[] = [];
    const model = { ...fakeModel(), rowsNeeded: 3 };
    const result = await scoreHoldOut(
      { ...model, score: (items) => (counts.push(...items.map((item) => item.count)), model.score(items)) },
      chosen,
    );
    expect(result.steps).toEqual([12, 13, 20, 21]);
    expect(counts).toEqual([3, 3, 1, 2]);
    expect(result.logErrors).toEqual([0.2, 0.3, 0.4, 0.5]);
  });

  it('adds the range guard as the live path does', async () => {
    const { raw, logErrors } = await scoreHoldOut(fakeModel(), chosen);
    expect(raw.slice(0, 3)).toEqual(logErrors.slice(0, 3));
    expect((raw[3] ?? 0) - (logErrors[3] ?? 0)).toBeCloseTo(Math.log(1 + 10 * 0.5), 12);
  });

  it('leaves out rows with fewer than the model can score from', async () => {
    expect((await scoreHoldOut({ ...fakeModel(), rowsLeast: 2 }, chosen)).steps).toEqual([12, 13, 21]);
  });

  it('stops with the reason when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('stop asked'));
    await expect(scoreHoldOut(fakeModel(), chosen, signal)).rejects.toThrow('stop asked');
  });
});
