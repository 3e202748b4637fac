import { describe, expect, it } from 'vitest';
import {
  refitBudget,
  type BudgetGathered,
  type BudgetRefit,
} from '../../../src/pipeline/scoring/budget-refit.ts';
import { LEVEL_COUNT, levelReached } from '../../../src/pipeline/scoring/margin-levels.ts';
import { fakeSpec } from './fake-scoring-model.ts';
import { fc } from '../../support/properties.ts';

const DAY_MS = 86_400_000;
const ROWS = 288;
const MOST = Math.log(1.2) + 1e-12;

interface Day {
  readonly margins: readonly number[];
  readonly entities?: number;
}

/** What so many incidents of one alert each are, whose margins are known. */
function gatheredOf(margins: readonly number[], entities = 1): BudgetGathered {
  const incidents = Array.from(
    { length: LEVEL_COUNT },
    (_, level) => margins.filter((margin) => levelReached(margin) >= level).length,
  );
  return { entities, rows: entities * ROWS, incidents, carried: [] };
}

/** Refits day after day. */
function refits(
  days: readonly Day[],
  budget: { count: number; scope: 'detector' | 'entity' },
): BudgetRefit[] {
  const alert = { ...fakeSpec().alert, budget: { ...budget, perMs: 7 * DAY_MS } };
  const all: BudgetRefit[] = [];
  days.forEach(({ margins, entities = 1 }, day) => {
    const gathered = gatheredOf(margins, entities);
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
      gathered: gatheredOf([1.5]),
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

  it('goes to the nearest offset that keeps the budget where fewer alerts would be more incidents', () => {
    // As when the alerts between that hold an incident together are gone.
    const incidents = Array.from({ length: LEVEL_COUNT }, (_, level) =>
      level < levelReached(0.25) ? 2 : level < levelReached(0.75) ? 5 : 0,
    );
    const spec = fakeSpec({ alert: { ...fakeSpec().alert, budget: { ...DAILY, perMs: 7 * DAY_MS } } });
    let previous: BudgetRefit | null = null;
    for (let day = 1; day <= 40; day++) {
      const gathered = { entities: 1, rows: ROWS, incidents, carried: [] };
      previous = refitBudget({
        spec,
        previous,
        atMs: day * DAY_MS,
        effectiveStep: 0,
        gathered,
        forgiven: 0,
      });
    }
    // Two a day are too many, and five; none are too few: it stays at the edge between five and none.
    expect(previous?.offset).toBeLessThanOrEqual(-0.7);
    expect(previous?.offset).toBeGreaterThan(-1.1);
  });

  it('counts nothing of days that an earlier version counted alerts in, and keeps their offset', () => {
    const [first] = refits([{ margins: [] }], DAILY);
    if (first === undefined) throw new Error('a refit was expected');
    const { carried: _, ...older } = first;
    const stored = {
      ...older,
      offset: -0.7,
      days: Array.from({ length: 27 }, (_, day) => ({
        untilMs: (day + 1) * DAY_MS,
        asked: 1,
        margins: [2.5, 500],
      })),
    } as BudgetRefit;
    const next = { spec: fakeSpec(), atMs: 28 * DAY_MS, effectiveStep: 0, forgiven: 0 };
    const refit = refitBudget({ ...next, previous: stored, gathered: gatheredOf([0.5]) });
    expect(refit.offset).toBe(-0.7);
    expect(refit.days).toHaveLength(1);
  });

  it('comes to the same after its row has been through JSON', () => {
    const before = refits(days(20, [0.5, 0.7, 0.9]), DAILY).at(-1) ?? null;
    const gathered = gatheredOf([0.1]);
    const next = { spec: fakeSpec(), atMs: 21 * DAY_MS, effectiveStep: 9, gathered, forgiven: 0 };
    const stored = JSON.parse(JSON.stringify(before)) as BudgetRefit;
    expect(refitBudget({ ...next, previous: stored })).toEqual(refitBudget({ ...next, previous: before }));
  });
});
