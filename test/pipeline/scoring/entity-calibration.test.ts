import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import type { ScoreTail } from '../../../src/core/score-tail.ts';
import type { CalibrationSetting } from '../../../src/pipeline/scoring/entity-calibration.ts';
import { EntityCalibration } from '../../../src/pipeline/scoring/entity-calibration.ts';
import { fc } from '../../support/properties.ts';

const STEP_MS = 300_000;
const DAY_MS = 86_400_000;
const DAY = DAY_MS / STEP_MS;
const WEEKLY = Math.log(STEP_MS / (7 * DAY_MS));

const cohort: ScoreTail = {
  rows: 2000,
  clusters: 40,
  median: 0,
  level: 1,
  lnRateAtLevel: Math.log(0.02),
  pareto: { shape: 0, scale: 0.3 },
  mean: 0,
  sd: 0.4,
  keptQuantile: 0.6,
  flat: false,
};
const setting: CalibrationSetting = {
  timezone: 'UTC',
  cohortHours: null,
  stepMs: STEP_MS,
  cohort,
  nextRefitMs: (afterMs) => (Math.floor(afterMs / DAY_MS) + 1) * DAY_MS,
  excluded: () => [],
};

/** Feeds scores step by step and answers the steps that were over, as the live path would find them. */
function feed(calibration: EntityCalibration, from: number, scores: readonly number[]): number[] {
  return scores.flatMap((raw, i) => {
    calibration.advance(from + i);
    const over = calibration.score(raw, WEEKLY) >= 1;
    calibration.add(from + i, raw);
    return over ? [from + i] : [];
  });
}

function episodes(steps: readonly number[]): number {
  return steps.filter((step, i) => i === 0 || step - (steps[i - 1] ?? 0) > 16).length;
}

/** Scores with an exponential tail and, by `memory`, some likeness of neighbours. */
function exponential(n: number, seed: number, scale = 0.3): number[] {
  const random = createRandom(seed);
  return Array.from({ length: n }, () => -scale * Math.log(1 - random.next()) - 0.2);
}

const raws = fc.array(fc.double({ min: -3, max: 8, noNaN: true }), { minLength: 1, maxLength: 700 });

describe('EntityCalibration', () => {
  it('buys about the asked rate of episodes on exponential tails', () => {
    const weeks = 12;
    const found = [1, 2, 3, 4, 5, 6].map((seed) => {
      const calibration = new EntityCalibration(setting);
      feed(calibration, 0, exponential(7 * DAY, 100 + seed));
      return episodes(feed(calibration, 7 * DAY, exponential(weeks * 7 * DAY, seed)));
    });
    const perWeek = found.reduce((sum, n) => sum + n, 0) / (found.length * weeks);
    expect(perWeek).toBeGreaterThan(0.4);
    expect(perWeek).toBeLessThan(2.5);
  });

  it('gives a score that is never negative, never over 10 and never falls as the raw score rises', () => {
    fc.assert(
      fc.property(raws, fc.integer({ min: 0, max: 400 }), (scores, from) => {
        const calibration = new EntityCalibration(setting);
        feed(calibration, from, scores);
        const grid = Array.from({ length: 120 }, (_, i) => calibration.score(-4 + i / 6, WEEKLY));
        grid.forEach((score, i) => {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(10);
          if (i > 0) expect(score).toBeGreaterThanOrEqual(grid[i - 1] ?? 0);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('comes back from its bytes to the bit, and goes on alike', () => {
    fc.assert(
      fc.property(raws, raws, (before, after) => {
        const whole = new EntityCalibration(setting);
        feed(whole, 40, before);
        const again = EntityCalibration.fromBytes(whole.toBytes(), setting);
        expect(again.toBytes()).toEqual(whole.toBytes());
        feed(whole, 40 + before.length, after);
        feed(again, 40 + before.length, after);
        expect(again.toBytes()).toEqual(whole.toBytes());
        expect([0.5, 1, 2].map((s) => again.lnRate(s))).toEqual([0.5, 1, 2].map((s) => whole.lnRate(s)));
      }),
      { numRuns: 60 },
    );
  });

  it('takes a level that stays as the new normal after two daily refits, and still sees a peak above it', () => {
    const calibration = new EntityCalibration(setting);
    feed(calibration, 0, exponential(14 * DAY, 1));
    const threshold = calibration.threshold(WEEKLY);
    const shifted = exponential(4 * DAY, 2).map((s) => s + 5);
    const over = feed(calibration, 14 * DAY, shifted);
    expect(over.filter((step) => step < 15 * DAY).length).toBeGreaterThan(0.95 * DAY);
    expect(over.filter((step) => step >= 16 * DAY).length).toBeLessThan(0.02 * DAY);
    const after = calibration.threshold(WEEKLY);
    expect(after - 5).toBeGreaterThan(threshold - 1);
    expect(after - 5).toBeLessThan(threshold + 1.5);
  });

  it('is not blind for ever after a shift: a week after its end the threshold is the old one', () => {
    const calibration = new EntityCalibration(setting);
    feed(calibration, 0, exponential(14 * DAY, 1));
    const threshold = calibration.threshold(WEEKLY);
    feed(
      calibration,
      14 * DAY,
      exponential(DAY, 2).map((s) => s + 5),
    );
    feed(calibration, 15 * DAY, exponential(9 * DAY, 3));
    expect(Math.abs(calibration.threshold(WEEKLY) - threshold)).toBeLessThan(1.2);
  });

  it('lets an incident of three hours move the threshold by less than its own height', () => {
    const calibration = new EntityCalibration(setting);
    feed(calibration, 0, exponential(14 * DAY, 1));
    const before = calibration.threshold(WEEKLY);
    feed(
      calibration,
      14 * DAY,
      exponential(36, 2).map((s) => s + 4),
    );
    feed(calibration, 14 * DAY + 36, exponential(2 * DAY, 3));
    expect(calibration.threshold(WEEKLY)).toBeGreaterThan(before - 0.5);
    expect(calibration.threshold(WEEKLY)).toBeLessThan(before + 2.5);
  });

  it('forgets an incident that is excluded, from the first refit on at which it is', () => {
    const from = 14 * DAY + 100;
    const excluded = { fromStep: from, toStep: from + 35 };
    const told = { ...setting, excluded: (step: number) => (step >= 16 * DAY ? [excluded] : []) };
    const [plain, incident, relieved] = [setting, setting, told].map((one) => new EntityCalibration(one));
    const quiet = exponential(18 * DAY, 1);
    const loud = quiet.map((s, step) => (step >= from && step < from + 36 ? s + 4 : s));
    const thresholdsOf = (one: EntityCalibration | undefined, scores: readonly number[]): number[] =>
      [15, 16, 17, 18].map((day, i, all) => {
        const start = i === 0 ? 0 : (all[i - 1] ?? 0) * DAY;
        if (one === undefined) return Number.NaN;
        feed(one, start, scores.slice(start, day * DAY));
        one.advance(day * DAY);
        return one.threshold(WEEKLY);
      });
    const without = thresholdsOf(plain, quiet);
    const kept = thresholdsOf(incident, loud);
    const left = thresholdsOf(relieved, loud);
    expect(left[0]).toBe(kept[0]);
    expect((kept[1] ?? 0) - (without[1] ?? 0)).toBeGreaterThan(0.3);
    // Quiet peaks that ran into the incident go with it, so that the two are near and not equal.
    for (const i of [1, 2, 3]) {
      const off = (one: readonly number[]): number => Math.abs((one[i] ?? 0) - (without[i] ?? 0));
      expect(off(left)).toBeLessThan(0.6 * off(kept));
    }
  });

  it('stays settled when a later refit tells fewer clusters apart, over a restart too', () => {
    const thin: CalibrationSetting = {
      ...setting,
      cohort: { ...cohort, clusters: 5 },
      nextRefitMs: () => Infinity,
    };
    const calibration = new EntityCalibration(thin);
    feed(calibration, 0, exponential(2 * DAY, 3));
    calibration.refit(2 * DAY);
    expect(calibration.provisional).toBe(false);
    // A level so high and even that nearly all of the next days is one cluster.
    feed(calibration, 2 * DAY, new Array<number>(2 * DAY).fill(6));
    for (const one of [calibration, EntityCalibration.fromBytes(calibration.toBytes(), thin)]) {
      one.refit(4 * DAY);
      expect(one.provisional).toBe(false);
    }
  });

  it('is provisional until own and cohort rows are a day and 20 clusters', () => {
    const thin = { ...setting, cohort: { ...cohort, rows: 100, clusters: 3 } };
    const calibration = new EntityCalibration(thin);
    expect(calibration.provisional).toBe(true);
    feed(calibration, 0, exponential(6 * DAY + 1, 5));
    expect(calibration.provisional).toBe(false);
    expect(new EntityCalibration(setting).provisional).toBe(false);
  });

  it('stays small however long and however wild the scores are', () => {
    const calibration = new EntityCalibration(setting);
    const wild = exponential(70 * DAY, 8).map((s, i) => s + (Math.floor(i / 20) % 2) * 3);
    feed(calibration, 0, wild);
    expect(calibration.toBytes().length).toBeLessThan(40_000);
  });

  it('says when a row is due: at the first score, after a refit and every four hours', () => {
    const calibration = new EntityCalibration(setting);
    expect(calibration.rowDue).toBe(false);
    const due = Array.from({ length: DAY + 20 }, (_, step) => {
      feed(calibration, step, [0]);
      const isDue = calibration.rowDue;
      if (isDue) calibration.rowWritten();
      return isDue ? step : -1;
    });
    expect(due.filter((step) => step >= 0)).toEqual([0, 48, 96, 144, 192, 240, 288]);
  });

  it('refuses bytes of another format', () => {
    expect(() => EntityCalibration.fromBytes(new Uint8Array(8), setting)).toThrow('format 0');
  });
});
