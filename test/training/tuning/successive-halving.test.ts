import { describe, expect, it } from 'vitest';
import {
  RUNG_SHARES,
  effortOf,
  nextTrial,
  rankCandidates,
} from '../../../src/training/tuning/successive-halving.ts';
import type { HalvingPlan, Trial, TrialResult } from '../../../src/training/tuning/successive-halving.ts';
import { fc } from '../../support/properties.ts';

/** Candidate `quality[i]` is the better the larger, and both measures say so. */
function run(
  plan: HalvingPlan,
  quality: readonly number[],
  begun: readonly TrialResult[] = [],
): TrialResult[] {
  const results = [...begun];
  for (let next = nextTrial(plan, results); next !== null; next = nextTrial(plan, results)) {
    results.push(resultOf(next, quality));
  }
  return results;
}

function resultOf(trial: Trial, quality: readonly number[]): TrialResult {
  const value = quality[trial.candidate] ?? 0;
  return { ...trial, validationLoss: -value, logRatio: value, seconds: 1 };
}

const lastRung = (results: readonly TrialResult[]): number[] =>
  results.filter(({ rung }) => rung === RUNG_SHARES.length - 1).map(({ candidate }) => candidate);

const plans = fc.integer({ min: 2, max: 40 }).chain((candidates) =>
  fc.record({
    plan: fc.constant({ candidates }),
    quality: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: candidates, maxLength: candidates }),
  }),
);

describe('successive halving', () => {
  it('spends what it says, a third of the candidates going on with three times the effort', () => {
    const quality = Array.from({ length: 28 }, (_, index) => index);
    const results = run({ candidates: 28 }, quality);
    expect(RUNG_SHARES.map((_, rung) => results.filter((one) => one.rung === rung).length)).toEqual([
      28, 10, 4,
    ]);
    const spent = results.reduce((sum, { rung }) => sum + (RUNG_SHARES[rung] ?? 0), 0);
    expect(spent).toBeCloseTo(28 / 9 + 10 / 3 + 4, 9);
    expect(effortOf({ candidates: 28 })).toBeCloseTo(spent, 9);
    expect(lastRung(results)).toEqual([0, 27, 26, 25]);
  });

  it('tries what is in use in every rung, and nothing twice', () => {
    fc.assert(
      fc.property(plans, ({ plan, quality }) => {
        const results = run(plan, quality);
        const tried = results.map(({ candidate, rung }) => `${rung}:${candidate}`);
        expect(new Set(tried).size).toBe(tried.length);
        RUNG_SHARES.forEach((_, rung) => expect(tried).toContain(`${rung}:0`));
        expect(results.reduce((sum, { rung }) => sum + (RUNG_SHARES[rung] ?? 0), 0)).toBeCloseTo(
          effortOf(plan),
          9,
        );
      }),
    );
  });

  it('carries the best to the end', () => {
    fc.assert(
      fc.property(plans, ({ plan, quality }) => {
        const results = run(plan, quality);
        const best = Math.max(...quality.slice(1));
        expect(
          Math.max(
            ...lastRung(results)
              .filter((one) => one !== 0)
              .map((one) => quality[one]!),
          ),
        ).toBe(best);
      }),
    );
  });

  it('goes on after a cut as if there had been none', () => {
    fc.assert(
      fc.property(plans, fc.nat(), ({ plan, quality }, cut) => {
        const whole = run(plan, quality);
        const begun = whole.slice(0, cut % (whole.length + 1));
        expect(run(plan, quality, begun)).toEqual(whole);
      }),
    );
  });
});

describe('rankCandidates', () => {
  const rank = (...pairs: readonly (readonly [loss: number, ratio: number])[]): number[] =>
    rankCandidates(
      pairs.map(([validationLoss, logRatio], candidate) => ({
        candidate,
        rung: 0,
        validationLoss,
        logRatio,
        seconds: 1,
      })),
    );

  it('weighs both measures alike, whatever their units', () => {
    expect(rank([0.3, 1], [0.2, 3], [0.1, 2])).toEqual([1, 2, 0]);
    expect(rank([300, 0.001], [200, 0.003], [100, 0.002])).toEqual([1, 2, 0]);
  });

  it('lets the lower number stay in front where two are equal, and puts what is no number last', () => {
    expect(rank([1, 1], [1, 1], [0.5, 2])).toEqual([2, 0, 1]);
    expect(rank([Number.NaN, Number.NaN], [1, 1])).toEqual([1, 0]);
  });
});
