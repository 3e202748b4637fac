import { describe, expect, it } from 'vitest';
import { levelReached } from '../../../src/pipeline/scoring/margin-levels.ts';
import { NearAlerts, type NearStep } from '../../../src/pipeline/scoring/near-alerts.ts';
import type { NearFiring } from '../../../src/pipeline/scoring/near-firing.ts';
import { NumberReader, packNumbers } from '../../../src/pipeline/scoring/number-bytes.ts';
import { fc } from '../../support/properties.ts';

const ONE_OF_ONE = { steps: 1, of: 1 };
const FAR = -5;
/** So far below the threshold alerts go on. */
const GAP = 0.5;

function feed(near: NearAlerts, margins: readonly number[], from = 0, untilMs = 100): void {
  margins.forEach((margin, i) =>
    near.add({ step: from + i, margin, leaveGap: GAP, alertable: true, untilMs }),
  );
}

const quiet = (steps: number): number[] => new Array<number>(steps).fill(FAR);
const firingsOf = (near: NearAlerts, untilMs = 100): NearFiring[] =>
  near.take(untilMs).flatMap(({ firings }) => firings);
/** An alert of the levels above one margin, up to another. */
const firing = (step: number, above: number | null, margin: number, lastStep: number): NearFiring => ({
  step,
  from: above === null ? 0 : levelReached(above) + 1,
  to: levelReached(margin),
  lastStep,
  goesOn: false,
});

describe('NearAlerts', () => {
  it('takes rows with less than five quiet steps between as one alert, by its peak', () => {
    const near = new NearAlerts(ONE_OF_ONE);
    feed(near, [-0.5, ...quiet(3), 1.5, 0.7, ...quiet(6), 0.5, ...quiet(6)]);
    expect(firingsOf(near)).toEqual([firing(0, null, 1.5, 5), firing(12, null, 0.5, 12)]);
  });

  it('fires later at the levels that it reaches later, and again at those that it has left', () => {
    const near = new NearAlerts(ONE_OF_ONE);
    // It falls to 0.2, which keeps the levels up to 0.7 going, and rises once more.
    feed(near, [
      0.5,
      ...new Array<number>(7).fill(0.4),
      1.5,
      ...new Array<number>(7).fill(0.2),
      1,
      ...quiet(7),
    ]);
    expect(firingsOf(near)).toEqual([
      firing(0, null, 0.5, 16),
      firing(8, 0.5, 1.5, 16),
      firing(16, 0.7, 1, 16),
    ]);
  });

  it('leaves out what no offset reaches, and rows that may not alert', () => {
    const near = new NearAlerts(ONE_OF_ONE);
    feed(near, [-1.1, ...quiet(6)]);
    near.add({ step: 7, margin: 9, leaveGap: GAP, alertable: false, untilMs: 100 });
    feed(near, quiet(7), 8);
    expect(near.take(100)).toMatchObject([{ rows: 15, firings: [] }]);
  });

  it('reaches the margin at which `confirm` would have held, when it would have', () => {
    const near = new NearAlerts({ steps: 3, of: 5 });
    feed(near, [3, FAR, 2, 1.03, FAR, FAR, ...quiet(6), 4, 4, ...quiet(7)]);
    expect(firingsOf(near)).toEqual([firing(3, null, 1.03, 3)]);
  });

  it('counts an alert that goes on as a stretch ends, whether the entity has gone on or not, and then what it grows by', () => {
    const taken = [true, false].map((atOnce) => {
      const near = new NearAlerts(ONE_OF_ONE);
      feed(near, [...quiet(3), 1], 0, 100);
      const early = atOnce ? firingsOf(near, 100) : null;
      feed(near, [0.5, ...quiet(8)], 4, 200);
      const first = early ?? firingsOf(near, 100);
      feed(near, [1, 1], 13, 200);
      feed(near, [2, ...quiet(8)], 15, 300);
      return [first, firingsOf(near, 200), firingsOf(near, 300)];
    });
    expect(taken[1]).toEqual(taken[0]);
    expect(taken[0]).toEqual([
      [firing(3, null, 1, 3)],
      [{ step: 3, from: 0, to: levelReached(1), lastStep: 4, goesOn: true }, firing(13, null, 1, 14)],
      [{ step: 14, from: 0, to: levelReached(1), lastStep: 15, goesOn: true }, firing(15, 1, 2, 15)],
    ]);
  });

  it('takes stretches away one by one', () => {
    const near = new NearAlerts(ONE_OF_ONE);
    feed(near, [...quiet(3), 1], 0, 100);
    feed(near, quiet(8), 4, 200);
    expect(near.oldestUntilMs).toBe(100);
    expect(near.take(100)).toMatchObject([{ rows: 4 }]);
    expect(near.oldestUntilMs).toBe(200);
    expect(near.take(200)).toMatchObject([{ rows: 8 }]);
    expect(near.take(200)).toEqual([]);
  });

  it('knows 32 alerts of a stretch, the highest, and only counts the others', () => {
    const near = new NearAlerts(ONE_OF_ONE);
    const margins = Array.from({ length: 40 }, (_, i) => (i % 5 === 2 ? -0.9 + i / 32 : 1));
    margins.forEach((margin, i) => feed(near, [margin, ...quiet(6)], 7 * i));
    const [tally] = near.take(100);
    expect(tally?.firings).toHaveLength(32);
    expect(tally?.firings.every(({ to }) => to === levelReached(1))).toBe(true);
    const low = margins.filter((margin) => margin !== 1).map(levelReached);
    const aboveAll = Math.max(...low) + 1;
    expect(tally?.alone.slice(0, aboveAll + 1)).toEqual(
      Array.from({ length: aboveAll + 1 }, (_, level) => low.filter((one) => one >= level).length),
    );
  });

  it('counts at each level what a count of that level alone would', () => {
    const stream = fc.array(
      fc.oneof(fc.double({ min: -2, max: 2.5, noNaN: true }), { arbitrary: fc.constant(FAR), weight: 2 }),
      { minLength: 80, maxLength: 150 },
    );
    let again = 0;
    fc.assert(
      fc.property(stream, fc.integer({ min: 0, max: 48 }), (margins, level) => {
        const confirm = { steps: 2, of: 3 };
        const near = new NearAlerts(confirm);
        feed(near, margins);
        const fired: number[] = [];
        let isFiring = false;
        margins.forEach((margin, step) => {
          const before = margins.slice(Math.max(0, step - 5), step);
          if (before.every((one) => levelReached(one + GAP) < level)) isFiring = false;
          const overs = margins.slice(Math.max(0, step - 2), step + 1).map(levelReached);
          const isOver = levelReached(margin) >= level && overs.filter((one) => one >= level).length >= 2;
          if (isOver && !isFiring) fired.push(step);
          isFiring ||= isOver;
        });
        const [tally] = near.take(100);
        const counted = (tally?.firings ?? []).filter(({ from, to }) => from <= level && level <= to).length;
        expect(counted + (tally?.alone[level] ?? 0)).toBe(fired.length);
        if (fired.length > 1) again += 1;
      }),
    );
    expect(again).toBeGreaterThan(20);
  });

  it('comes back from its numbers to the bit, and goes on alike', () => {
    const margins = fc.array(fc.double({ min: -2, max: 3, noNaN: true }), { maxLength: 300 });
    fc.assert(
      fc.property(margins, margins, fc.integer({ min: 1, max: 12 }), (before, after, every) => {
        const confirm = { steps: 2, of: 3 };
        // So that some have more alerts than are known one by one.
        const spread = (all: readonly number[]): number[] => all.map((one, i) => (i % every < 3 ? one : FAR));
        const whole = new NearAlerts(confirm);
        feed(whole, spread(before));
        const again = NearAlerts.fromNumbers(new NumberReader(packNumbers(whole.toNumbers())), confirm);
        for (const near of [whole, again]) {
          spread(after).forEach((margin, i) => {
            const step = before.length + i;
            const next: NearStep = { step, margin, leaveGap: GAP, alertable: i % 4 > 0, untilMs: 200 };
            near.add(next);
          });
        }
        expect(again.toNumbers()).toEqual(whole.toNumbers());
        expect(again.take(200)).toEqual(whole.take(200));
      }),
    );
  });
});
