import { describe, expect, it } from 'vitest';
import { EntityGuards } from '../../src/pipeline/scoring/guards/entity-guards.ts';
import { newGuardMemory } from '../../src/pipeline/scoring/guards/guard-memory.ts';
import { scoreHoldOut } from '../../src/training/score-hold-out.ts';
import { fakeModel, fakeSpec } from '../pipeline/scoring/fake-scoring-model.ts';

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

const spec = fakeSpec();
/** What the fake model says of the four rows of the hold-out. */
const ERRORS = [0.2, 0.3, 0.4, 0.5];

describe('scoreHoldOut', () => {
  it('scores the rows from the hold-out on, with windows that reach back into training rows but over no gap', async () => {
    const counts: number[] = [];
    const model = { ...fakeModel(), rowsNeeded: 3 };
    const result = await scoreHoldOut(
      { ...model, score: (items) => (counts.push(...items.map((item) => item.count)), model.score(items)) },
      chosen,
      { spec },
    );
    expect(result.steps).toEqual([12, 13, 20, 21]);
    expect(counts).toEqual([3, 3, 1, 2]);
    expect(result.raw.slice(0, 3)).toEqual([0.2, 0.3, 0.4]);
  });

  it('adds the range of training as the live path does, and hands on what the running guards have learned', async () => {
    const { raw, guards } = await scoreHoldOut(fakeModel(), chosen, { spec });
    const seen = new EntityGuards(
      { profile: fakeModel().profile('a', 'web'), stepMs: spec.stepMs, timezone: 'UTC' },
      newGuardMemory(2, null),
    );
    for (const { firstStep, values } of chosen.stretches) {
      for (let row = 0; row < values.length / 2; row++) {
        seen.read(firstStep + row, values.slice(2 * row, 2 * row + 2));
      }
    }
    expect(raw.map((one, i) => one - (ERRORS[i] ?? 0))).toEqual(
      [0, 0, 0, Math.log(1 + 10 * 0.5)].map((part) => expect.closeTo(part, 12)),
    );
    expect(guards.toBytes()).toEqual(seen.toBytes());
  });

  it('names the culprit of rows that are unusual by themselves, and of no others', async () => {
    const { culprits } = await scoreHoldOut(fakeModel(), chosen, { spec });
    expect(culprits.map((culprit) => culprit?.feature ?? null)).toEqual([null, null, null, 'load']);
  });

  it('keeps how well each feature was rebuilt', async () => {
    const { residuals } = await scoreHoldOut(fakeModel(), chosen, { spec });
    expect([...residuals.numbers]).toEqual([0]);
    const [busy, load] = residuals.mean(0) ?? [];
    expect(busy).toBeCloseTo((0.04 + 0.09 + 0.16 + 0.25) / 4, 12);
    expect(load).toBeCloseTo(0.1, 12);
  });

  it('leaves out rows with fewer than the model can score from', async () => {
    expect((await scoreHoldOut({ ...fakeModel(), rowsLeast: 2 }, chosen, { spec })).steps).toEqual([
      12, 13, 21,
    ]);
  });

  it('stops with the reason when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('stop asked'));
    await expect(scoreHoldOut(fakeModel(), chosen, { spec, signal })).rejects.toThrow('stop asked');
  });
});
