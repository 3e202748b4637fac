import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import type { CalibrationRow, KeptStep } from '../../../src/pipeline/checkpoint.ts';
import { lnBudgetRate } from '../../../src/pipeline/scoring/budget-rate.ts';
import { decodeCalibrations, encodeCalibrations } from '../../../src/pipeline/scoring/calibration-section.ts';
import { initialCalibrations } from '../../../src/pipeline/scoring/initial-calibrations.ts';
import type { StepScore } from '../../../src/pipeline/scoring/score-steps.ts';
import { scoreSteps } from '../../../src/pipeline/scoring/score-steps.ts';
import type { ScoringContext, ScoringState } from '../../../src/pipeline/scoring/scoring-state.ts';
import {
  calibrationRow,
  calibrationRowDue,
  newScoringState,
  restoreScoringState,
} from '../../../src/pipeline/scoring/scoring-state.ts';
import { fakeModel, fakeSpec } from './fake-scoring-model.ts';
import { fc } from '../../support/properties.ts';

const DAY_MS = 86_400_000;
const DAY = 288;
const ENTITIES = ['a', 'b', 'new'];
const FIRST = 4 * DAY;

function errors(n: number, seed: number): number[] {
  const random = createRandom(seed);
  return Array.from({ length: n }, () => -0.3 * Math.log(1 - random.next()) - 0.2);
}

function contextOf(silent = false, version = 'v1'): ScoringContext {
  const holdOut = ['a', 'b'].map((entity, seed) => ({
    entity,
    cohort: 'web',
    steps: Array.from({ length: 3 * DAY }, (_, i) => i),
    raw: silent ? new Array<number>(3 * DAY).fill(0) : errors(3 * DAY, seed + 1),
  }));
  const calibrations = initialCalibrations(holdOut, { stepMs: fakeSpec().stepMs, timezone: 'UTC' });
  return {
    spec: fakeSpec(),
    model: fakeModel(version, silent),
    calibrations: decodeCalibrations(encodeCalibrations(calibrations)),
    nextRefitMs: (afterMs) => (Math.floor(afterMs / DAY_MS) + 1) * DAY_MS,
    excluded: () => [],
    budgetAt: () => ({ offset: 0, lnRate: lnBudgetRate(fakeSpec(), calibrations.entityCount) }),
  };
}

interface Row {
  readonly entity: string;
  readonly step: number;
  readonly values: Float64Array;
}

function states(context: ScoringContext): Map<string, ScoringState> {
  return new Map(ENTITIES.map((entity) => [entity, newScoringState(context, entity, 'web')]));
}

function run(
  context: ScoringContext,
  by: ReadonlyMap<string, ScoringState>,
  rows: readonly Row[],
): StepScore[] {
  const requests = rows.flatMap(({ entity, step, values }) => {
    const state = by.get(entity);
    return state === undefined ? [] : [{ state, entity, cohort: 'web', step, rows: values, count: 1 }];
  });
  const scores = scoreSteps(context, requests);
  scores.forEach(({ near }, i) => {
    if (near !== null) requests[i]?.state.nearAlerts.add(near);
  });
  return scores;
}

/** Rows of three entities, now and then with a storm or a missing step. */
const stream = fc
  .record({ seed: fc.nat(1000), steps: fc.integer({ min: 20, max: 2 * DAY }), storm: fc.nat(2 * DAY) })
  .map(({ seed, steps, storm }) => {
    const random = createRandom(seed);
    return Array.from({ length: steps }, (_, i) => i).flatMap((i) =>
      ENTITIES.filter(() => random.next() > 0.02).map((entity): Row => {
        const lift = i >= storm && i < storm + 30 ? 8 : 0;
        const busy = -0.3 * Math.log(1 - random.next()) - 0.2 + lift;
        return { entity, step: FIRST + i, values: Float64Array.of(busy, random.next() * 1.02) };
      }),
    );
  });

describe('scoreSteps', () => {
  it('gives equal scores for any cut into batches', () => {
    const context = contextOf();
    fc.assert(
      fc.property(stream, fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (rows, cuts) => {
        const whole = run(context, states(context), rows);
        const by = states(context);
        const parts: StepScore[] = [];
        for (let at = 0, k = 0; at < rows.length; k++) {
          const size = cuts[k % cuts.length] ?? 1;
          parts.push(...run(context, by, rows.slice(at, at + size)));
          at += size;
        }
        expect(parts).toEqual(whole);
      }),
      { numRuns: 25 },
    );
  });

  it('goes on to the bit from the rows written when due and the kept steps after them', () => {
    const context = contextOf();
    let [cases, alerts] = [0, 0];
    fc.assert(
      fc.property(stream, fc.double({ min: 0.1, max: 0.9, noNaN: true }), (rows, share) => {
        const stop = Math.floor(share * rows.length);
        const whole = states(context);
        const written = new Map<string, CalibrationRow>();
        const kept = new Map<string, KeptStep[]>(ENTITIES.map((entity) => [entity, []]));
        for (const row of rows.slice(0, stop)) {
          const [one] = run(context, whole, [row]);
          const state = whole.get(row.entity);
          if (one === undefined || state === undefined) throw new Error('a score was expected');
          const { step, raw, score, over, alertable } = one.scored;
          const { values } = row;
          kept.get(row.entity)?.push({ step, values, filled: false, raw, score, over, alertable });
          if (calibrationRowDue(state)) written.set(row.entity, calibrationRow(state));
        }
        const again = new Map(
          ENTITIES.map((entity) => {
            const row = written.get(entity) ?? null;
            return [entity, restoreScoringState(context, entity, 'web', row, kept.get(entity) ?? [])];
          }),
        );
        for (const entity of ENTITIES) {
          expect(again.get(entity)?.calibration.toBytes()).toEqual(whole.get(entity)?.calibration.toBytes());
          expect(again.get(entity)?.nearAlerts.toNumbers()).toEqual(
            whole.get(entity)?.nearAlerts.toNumbers(),
          );
        }
        const rest = rows.slice(stop);
        const expected = run(context, whole, rest);
        expect(run(context, again, rest)).toEqual(expected);
        cases += 1;
        alerts += expected.some((one) => one.scored.over) ? 1 : 0;
      }),
      { numRuns: 25 },
    );
    expect(alerts).toBeGreaterThan(0.1 * cases);
  });

  it('scores a quiet row below 1 and a strange one over, with the model blamed', () => {
    const context = contextOf();
    const by = states(context);
    const row = (busy: number, step: number): Row => ({
      entity: 'a',
      step,
      values: Float64Array.of(busy, 0.5),
    });
    const [quiet, strange] = run(context, by, [row(0, FIRST), row(5, FIRST + 1)]);
    expect(quiet?.scored).toMatchObject({ over: false, rowUnusual: false, provisional: false });
    expect(quiet?.scored.score).toBeLessThan(0.5);
    expect(strange?.scored).toMatchObject({ over: true, rowUnusual: true, modelVersion: 'v1' });
    expect(strange?.scored.scoreWithoutGuards).toBeGreaterThan(1);
    expect(strange?.contributions[0]?.feature).toBe('busy');
  });

  it('tells a value out of range from a strange pattern by the score without guards', () => {
    const context = contextOf();
    const out = { entity: 'a', step: FIRST, values: Float64Array.of(0, 8) };
    const [one] = run(context, states(context), [out]);
    expect(one?.scored.over).toBe(true);
    expect(one?.scored.scoreWithoutGuards).toBeLessThan(1);
    expect(one?.contributions[0]).toMatchObject({ feature: 'load', range: { low: 0, high: 1 } });
  });

  it('works by the guards alone: silent inside the range, over well outside, never provisional for want of peaks', () => {
    const context = contextOf(true);
    const by = states(context);
    const row = (entity: string, load: number, step: number): Row => ({
      entity,
      step,
      values: Float64Array.of(0, load),
    });
    const rows = ENTITIES.flatMap((entity) => [
      row(entity, 0.99, FIRST),
      row(entity, 1.001, FIRST + 1),
      row(entity, 2, FIRST + 2),
    ]);
    for (const [i, { scored }] of run(context, by, rows).entries()) {
      expect(scored.over).toBe(i % 3 === 2);
      expect(scored.provisional).toBe(false);
      expect(scored.scoreWithoutGuards).toBeLessThan(0.5);
    }
  });

  it('starts anew from the model when the row is of another version', () => {
    const context = contextOf();
    const old = calibrationRow(newScoringState(contextOf(false, 'v0'), 'a', 'web'));
    const kept = [
      {
        step: FIRST,
        values: Float64Array.of(0, 0),
        filled: false,
        raw: 9,
        score: 2,
        over: true,
        alertable: true,
      },
    ];
    const restored = restoreScoringState(context, 'a', 'web', old, kept);
    expect(restored.calibration.toBytes()).toEqual(
      newScoringState(context, 'a', 'web').calibration.toBytes(),
    );
  });

  it('says which model gave no number', () => {
    const context = contextOf();
    expect(() =>
      run(context, states(context), [{ entity: 'a', step: 1, values: Float64Array.of(Number.NaN, 0) }]),
    ).toThrow('model v1 of detector hosts gave no score for entity a');
  });
});
