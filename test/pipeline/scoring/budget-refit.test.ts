import { describe, expect, it } from 'vitest';
import { ScoreHistogram } from '../../../src/core/score-histogram.ts';
import { refitBudget, type BudgetRefit } from '../../../src/pipeline/scoring/budget-refit.ts';
import { fakeSpec } from './fake-scoring-model.ts';
import { fc } from '../../support/properties.ts';

const DAY_MS = 86_400_000;
const ROWS = 288;
const MOST = Math.log(1.2) + 1e-12;

interface Day {
  readonly margins: readonly number[];
  readonly entities?: number;
}

function histogramOf(margins: readonly number[]): ScoreHistogram {
  const histogram = new ScoreHistogram();
  for (const margin of margins) histogram.add(margin);
  return histogram;
}

/** Refits day after day. */
function refits(
  days: readonly Day[],
  budget: { count: number; scope: 'detector' | 'entity' },
): BudgetRefit[] {
  const alert = { ...fakeSpec().alert, budget: { ...budget, perMs: 7 * DAY_MS } };
  const all: BudgetRefit[] = [];
  days.forEach(({ margins, entities = 1 }, day) => {
    const gathered = { entities, rows: entities * ROWS, margins: histogramOf(margins) };
    const atMs = (day + 1) * DAY_MS;
    const previous = all.at(-1) ?? null;
    all.push(
      refitBudget({ spec: fakeSpec({ alert }), previous, atMs, effectiveStep: 0, gathered, forgiven: 0 }),
    );
  });
  return all;
}

const WEEKLY = { count: 1, scope: 'detector' } as const;
const DAILY = { count: 7, scope: 'detector' } as const;
const days = (count: number, margins: readonly number[]): Day[] =>
  Array.from({ length: count }, () => ({ margins }));

describe('refitBudget', () => {
  it('leaves the offset alone while the alerts are as near to the budget as chance has them', () => {
    for (const refit of refits(days(28, [0.5, -0.5]), DAILY)) expect(refit.offset).toBe(0);
    // Two a day of one asked, for a week: not yet too many for four weeks.
    for (const refit of refits(days(7, [0.5, 1]), DAILY)) expect(refit.offset).toBe(0);
    expect(refits(days(20, []), WEEKLY).at(-1)?.offset).toBe(0);
  });

  it('lowers scores until the alerts of four weeks are back within the spread, and not further', () => {
    const last = refits(days(28, [1.5, 1.5, 0.3, 0.3, 0.3]), DAILY).at(-1);
    // The three small ones fall below the threshold; the two large ones are 28 too many, over the spread of 10.6.
    expect(last?.offset).toBeLessThanOrEqual(-1.5);
    expect(last?.offset).toBeGreaterThan(-1.6);
    const lenient = refits(days(28, [1.5, 0.3, 0.3]), DAILY).at(-1);
    expect(lenient?.offset).toBeLessThan(-0.3);
    expect(lenient?.offset).toBeGreaterThan(-0.5);
  });

  it('does not count what was labelled real', () => {
    const before = refits(days(27, [1.5, 0.3, 0.3]), DAILY).at(-1);
    if (before === undefined) throw new Error('a refit was expected');
    const next = {
      spec: fakeSpec({ alert: { ...fakeSpec().alert, budget: { ...DAILY, perMs: 7 * DAY_MS } } }),
      previous: { ...before, offset: 0 },
      atMs: 28 * DAY_MS,
      effectiveStep: 0,
      gathered: { entities: 1, rows: ROWS, margins: histogramOf([1.5]) },
    };
    expect(refitBudget({ ...next, forgiven: 0 }).offset).toBeLessThan(-0.1);
    expect(refitBudget({ ...next, forgiven: 54 }).offset).toBe(0);
  });

  it('raises scores when four weeks were much too quiet, at most as far as margins are known', () => {
    const near = refits(days(28, [-0.3]), DAILY).at(-1);
    expect(near?.offset).toBeGreaterThan(0.25);
    expect(near?.offset).toBeLessThan(0.4);
    expect(refits(days(40, []), DAILY).at(-1)?.offset).toBe(1);
  });

  it('never moves by more than ln 1.2 a day, nor out of its range, and forgets after 28 days', () => {
    const margins = fc.array(fc.double({ min: -1, max: 6, noNaN: true }), { maxLength: 12 });
    const stream = fc.array(fc.record({ margins, entities: fc.integer({ min: 1, max: 5 }) }), {
      minLength: 1,
      maxLength: 45,
    });
    let moved = 0;
    fc.assert(
      fc.property(
        stream,
        fc.constantFrom(WEEKLY, DAILY, { count: 1, scope: 'entity' } as const),
        (all, budget) => {
          let before = 0;
          for (const refit of refits(all, budget)) {
            expect(Math.abs(refit.offset - before)).toBeLessThanOrEqual(MOST);
            expect(refit.offset).toBeGreaterThanOrEqual(-2);
            expect(refit.offset).toBeLessThanOrEqual(1);
            expect(refit.days.length).toBeLessThanOrEqual(28);
            if (refit.offset !== before) moved += 1;
            before = refit.offset;
          }
        },
      ),
    );
    expect(moved).toBeGreaterThan(20);
  });

  it('asks for as much as was watched: of an entity-wide budget once each, of a detector-wide one together', () => {
    const alone = refits([{ margins: [], entities: 4 }], { count: 1, scope: 'entity' })[0];
    expect(alone?.days[0]?.asked).toBeCloseTo(4 / 7, 9);
    expect(refits([{ margins: [], entities: 4 }], WEEKLY)[0]?.days[0]?.asked).toBeCloseTo(1 / 7, 9);
  });

  it('comes to the same after its row has been through JSON', () => {
    const before = refits(days(20, [0.5, 0.7, 0.9]), DAILY).at(-1) ?? null;
    const gathered = { entities: 1, rows: ROWS, margins: histogramOf([0.1]) };
    const next = { spec: fakeSpec(), atMs: 21 * DAY_MS, effectiveStep: 9, gathered, forgiven: 0 };
    const stored = JSON.parse(JSON.stringify(before)) as BudgetRefit;
    expect(refitBudget({ ...next, previous: stored })).toEqual(refitBudget({ ...next, previous: before }));
  });
});
