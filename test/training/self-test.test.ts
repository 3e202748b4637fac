import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import { lnBudgetRate } from '../../src/pipeline/scoring/budget-rate.ts';
import { initialCalibrations } from '../../src/pipeline/scoring/initial-calibrations.ts';
import type { ScoringContext } from '../../src/pipeline/scoring/scoring-state.ts';
import type { ChosenRows } from '../../src/training/choose-rows.ts';
import { comparedRecall, selfTest, type FaultResult } from '../../src/training/self-test.ts';
import { fakeModel, fakeSpec } from '../pipeline/scoring/fake-scoring-model.ts';

const ROWS = 600;
const spec = fakeSpec();

/** The fake model's busy is its error: usual within ± 0.2, so only what raises it is found. */
function contextOf(): ScoringContext {
  const random = createRandom(2);
  const raw = Array.from({ length: 900 }, () => 0.2 * random.next());
  const holdOut = [{ entity: 'a', cohort: 'web', steps: raw.map((_, i) => i), raw }];
  return {
    spec,
    model: fakeModel(),
    calibrations: initialCalibrations(holdOut, { stepMs: spec.stepMs, timezone: 'UTC' }),
    nextRefitMs: () => Infinity,
    budgetAt: () => ({ offset: 0, lnRate: lnBudgetRate(spec, 1) }),
    excluded: () => [],
  };
}

function chosen(): ChosenRows {
  const random = createRandom(1);
  const values = Float64Array.from({ length: 2 * ROWS }, (_, i) =>
    i % 2 === 0 ? 0.2 * random.next() : 0.5 + 0.1 * random.next(),
  );
  const stretches = [{ firstStep: 0, count: ROWS, values }];
  return { entity: 'a', cohort: 'web', stretches, rows: ROWS, holdOutFrom: 480, leftOut: {} };
}

const byFault = (results: readonly FaultResult[], fault: string): FaultResult | undefined =>
  results.find((one) => one.fault === fault);

describe('selfTest', () => {
  it('finds what the model sees, and says so of what it is blind to', async () => {
    const results = await selfTest(contextOf(), [chosen()], { seed: 1 });
    expect(results.map(({ fault }) => fault)).toHaveLength(8);
    expect(byFault(results, 'spike')).toMatchObject({ recall: 1 });
    expect(byFault(results, 'spike')?.smallestSize).toBeLessThanOrEqual(5);
    // A value that stands still, or comes from another time, is nothing to this model.
    expect(byFault(results, 'stuck')).toMatchObject({ recall: 0, smallestSize: null });
    expect(byFault(results, 'broken_correlation')?.recall).toBeLessThan(0.5);
  });

  it('finds what is stuck by the flatline rule where that is on', async () => {
    const flatline = { afterMs: 600_000 };
    const context = { ...contextOf(), spec: { ...spec, alert: { ...spec.alert, flatline } } };
    const results = await selfTest(context, [chosen()], { seed: 1 });
    expect(byFault(results, 'stuck')).toMatchObject({ recall: 1 });
    // As coarse as this, the features stand still for so long each day that an hour of it is nothing.
    const coarse = chosen().stretches.map((one) => ({
      ...one,
      values: one.values.map((v) => Math.round(9 * v)),
    }));
    const blind = await selfTest(context, [{ ...chosen(), stretches: coarse }], { seed: 1 });
    expect(byFault(blind, 'stuck')?.recall ?? 0).toBeLessThan(0.5);
  });

  it('repeats itself from the same seed', async () => {
    const first = await selfTest(contextOf(), [chosen()], { seed: 7 });
    expect(await selfTest(contextOf(), [chosen()], { seed: 7 })).toEqual(first);
  });

  it('tries two models on the same faults, and counts those in places that are quiet with both', async () => {
    const challenger = contextOf();
    const same = await comparedRecall({ challenger, champion: contextOf() }, [chosen()], { seed: 1 });
    expect(same.challenger).toHaveLength(8);
    expect(same.champion).toEqual(same.challenger);
    expect(new Set(same.falls)).toEqual(new Set([0]));
    // One whose members are blind finds only what the guards see.
    const { model } = challenger;
    const blind: ScoringContext = {
      ...challenger,
      model: { ...model, score: (items) => model.score(items).map((one) => ({ ...one, logError: 0 })) },
    };
    const pair = await comparedRecall({ challenger: blind, champion: challenger }, [chosen()], { seed: 1 });
    expect(byFault(pair.champion, 'spike')?.recall).toBe(1);
    expect(byFault(pair.challenger, 'spike')?.recall).toBeLessThan(0.5);
    expect(Math.min(...pair.falls)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...pair.falls)).toBeGreaterThan(0.2);
  });

  it('leaves the size of faults that have none open', async () => {
    const flatline = { afterMs: 600_000 };
    const context = { ...contextOf(), spec: { ...spec, alert: { ...spec.alert, flatline } } };
    const results = await selfTest(context, [chosen()], { seed: 1 });
    expect(byFault(results, 'stuck')).toMatchObject({ recall: 1, smallestSize: null });
  });

  it('says nothing where no entity has enough rows, and stops when aborted', async () => {
    expect(await selfTest(contextOf(), [{ ...chosen(), stretches: [] }], { seed: 1 })).toEqual([]);
    const signal = AbortSignal.abort(new Error('stop asked'));
    await expect(selfTest(contextOf(), [chosen()], { seed: 1, signal })).rejects.toThrow('stop asked');
  });
});
