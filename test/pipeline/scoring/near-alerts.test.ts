import { describe, expect, it } from 'vitest';
import { NearAlerts, type NearStep } from '../../../src/pipeline/scoring/near-alerts.ts';
import { NumberReader, packNumbers } from '../../../src/pipeline/scoring/number-bytes.ts';
import { fc } from '../../support/properties.ts';

const ONE_OF_ONE = { steps: 1, of: 1 };
const FAR = -5;

function feed(near: NearAlerts, margins: readonly number[], from = 0, untilMs = 100): void {
  margins.forEach((margin, i) => near.add({ step: from + i, margin, alertable: true, untilMs }));
}

/** How many alerts there would have been with an offset. */
function alertsAt(near: NearAlerts, offset: number): number {
  const bins = near.take(Infinity)?.margins.bins() ?? [];
  return bins.reduce((sum, { centre, count }) => sum + (centre + offset >= 0 ? count : 0), 0);
}

const quiet = (steps: number): number[] => new Array<number>(steps).fill(FAR);

describe('NearAlerts', () => {
  it('takes rows with less than five quiet steps between as one alert, by its peak', () => {
    const near = new NearAlerts(ONE_OF_ONE);
    feed(near, [-0.5, ...quiet(4), 1.5, ...quiet(6), 0.5, ...quiet(6)]);
    expect(near.take(100)?.margins.total).toBe(2);
    const again = new NearAlerts(ONE_OF_ONE);
    feed(again, [-0.5, ...quiet(4), 1.5, ...quiet(6), 0.5, ...quiet(6)]);
    expect(alertsAt(again, -1)).toBe(1);
  });

  it('leaves out what no offset reaches, and rows that may not alert', () => {
    const near = new NearAlerts(ONE_OF_ONE);
    feed(near, [-1.1, ...quiet(6)]);
    near.add({ step: 7, margin: 9, alertable: false, untilMs: 100 });
    feed(near, quiet(7), 8);
    const tally = near.take(100);
    expect(tally?.rows).toBe(15);
    expect(tally?.margins.total).toBe(0);
  });

  it('counts with the margin at which `confirm` would have held', () => {
    const near = new NearAlerts({ steps: 3, of: 5 });
    feed(near, [3, FAR, 2, 1.03, FAR, FAR, ...quiet(6), 4, 4, ...quiet(7)]);
    const tally = near.take(100);
    expect(tally?.margins.pairs()).toEqual([1.03125, 1]);
  });

  it('counts an alert that goes on as a stretch ends, whether the entity has gone on or not, and again if it grows', () => {
    const taken = [true, false].map((atOnce) => {
      const near = new NearAlerts(ONE_OF_ONE);
      feed(near, [...quiet(3), 1], 0, 100);
      const early = atOnce ? near.take(100) : null;
      feed(near, [0.5, ...quiet(8)], 4, 200);
      const first = atOnce ? early : near.take(100);
      feed(near, [1, 1], 13, 200);
      feed(near, [2, ...quiet(8)], 15, 300);
      return [first, near.take(200), near.take(300)].map((tally) => [tally?.rows, tally?.margins.pairs()]);
    });
    expect(taken[1]).toEqual(taken[0]);
    expect(taken[0]).toEqual([
      [4, [1.03125, 1]],
      [11, [1.03125, 1]],
      [9, [2.03125, 1]],
    ]);
  });

  it('takes stretches away one by one', () => {
    const near = new NearAlerts(ONE_OF_ONE);
    feed(near, [...quiet(3), 1], 0, 100);
    feed(near, quiet(8), 4, 200);
    expect(near.oldestUntilMs).toBe(100);
    expect(near.take(100)).toMatchObject({ rows: 4, margins: { total: 1 } });
    expect(near.oldestUntilMs).toBe(200);
    expect(near.take(200)).toMatchObject({ rows: 8, margins: { total: 0 } });
    expect(near.take(200)).toBeNull();
  });

  it('comes back from its numbers to the bit, and goes on alike', () => {
    const margins = fc.array(fc.double({ min: -2, max: 3, noNaN: true }), { maxLength: 60 });
    fc.assert(
      fc.property(margins, margins, (before, after) => {
        const confirm = { steps: 2, of: 3 };
        const whole = new NearAlerts(confirm);
        feed(whole, before);
        const again = NearAlerts.fromNumbers(new NumberReader(packNumbers(whole.toNumbers())), confirm);
        for (const near of [whole, again]) {
          after.forEach((margin, i) => {
            const next: NearStep = { step: before.length + i, margin, alertable: i % 4 > 0, untilMs: 200 };
            near.add(next);
          });
        }
        expect(again.toNumbers()).toEqual(whole.toNumbers());
      }),
    );
  });
});
