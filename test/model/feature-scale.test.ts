import { describe, expect, it } from 'vitest';
import { fitScale, poolScales, scaleRows, shrinkScale, unseenScale } from '../../src/model/feature-scale.ts';
import { fc } from '../support/properties.ts';

describe('fitScale', () => {
  it('takes mean, sd and range of known values only', () => {
    const rows = Float64Array.from([1, 10, 3, Number.NaN, 5, Number.POSITIVE_INFINITY, 7, 20]);
    const scale = fitScale([rows], 2);
    expect([...scale.mean]).toEqual([4, 15]);
    expect(scale.sd[0]).toBeCloseTo(Math.sqrt(5), 12);
    expect([...scale.low]).toEqual([1, 10]);
    expect([...scale.high]).toEqual([7, 20]);
    expect([...scale.counts]).toEqual([4, 2]);
  });

  it('gives a constant feature 1 % of its level, at least .01', () => {
    expect([...fitScale([Float64Array.from([200, 0, 200, 0])], 2).sd]).toEqual([2, 0.01]);
  });

  it('stays finite for values at the end of the doubles', () => {
    const scale = fitScale([Float64Array.from([1e308, -1e308, 1.7e308, 1.7e308])], 1);
    expect(Number.isFinite(scale.mean[0])).toBe(true);
    expect(Number.isFinite(scale.sd[0])).toBe(true);
    const scaled = scaleRows(Float64Array.from([1.7e308, -1.7e308]), 0, 2, scale);
    for (const value of scaled) expect(Math.abs(value)).toBeLessThan(10);
  });
});

describe('scaleRows', () => {
  it('keeps missing values missing and holds infinite ones at the bound', () => {
    const scale = fitScale([Float64Array.from([1, 3])], 1);
    const rows = Float64Array.from([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3]);
    expect([...scaleRows(rows, 0, 4, scale)]).toEqual([Number.NaN, 1e6, -1e6, 1]);
  });
});

const many = (level: number, spread: number, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, index) => level + (index % 2 === 0 ? spread : -spread));

describe('poolScales', () => {
  it('hardly listens to the half day of a newcomer among those with a history', () => {
    const old = [fitScale([many(100, 2, 6000)], 1), fitScale([many(100, 2, 6000)], 1)];
    const newcomer = fitScale([many(130, 0.02, 138)], 1);
    const pooled = poolScales([...old, newcomer], 1, 100);
    expect(pooled.mean[0]).toBeCloseTo(100, 0);
    expect(pooled.within[0]).toBeGreaterThan(1.9);
    expect(pooled.between[0]).toBeLessThan(2);
  });

  it('lets all speak alike where all are equally young', () => {
    const young = [fitScale([many(10, 1, 50)], 1), fitScale([many(20, 1, 50)], 1)];
    const pooled = poolScales(young, 1, 100);
    expect(pooled.mean[0]).toBeCloseTo(15, 9);
    expect(pooled.between[0]).toBeCloseTo(5, 9);
  });

  it('stays finite for levels at both ends of the doubles', () => {
    const ends = [fitScale([many(1.5e308, 1, 50)], 1), fitScale([many(-1.5e308, 1, 50)], 1)];
    const cohort = poolScales(ends, 1, 100);
    for (const own of ends) {
      const { mean, sd, low, high } = shrinkScale(own, cohort, 100);
      for (const [value] of [mean, sd, low, high]) expect(Number.isFinite(value)).toBe(true);
    }
  });
});

describe('shrinkScale', () => {
  const cohort = poolScales([fitScale([many(100, 2, 1000)], 1), fitScale([many(104, 2, 1000)], 1)], 1, 100);

  it('leans on the cohort when young and on itself when old', () => {
    const young = shrinkScale(fitScale([many(102, 8, 4)], 1), cohort, 100);
    expect(young.sd[0]).toBeLessThan(2.2);
    const old = shrinkScale(fitScale([many(102, 8, 10_000)], 1), cohort, 100);
    expect(old.sd[0]).toBeGreaterThan(7.8);
  });

  it('keeps an own level where the cohort levels lie far apart', () => {
    const apart = poolScales([fitScale([many(0, 1, 1000)], 1), fitScale([many(1e6, 1, 1000)], 1)], 1, 100);
    const young = shrinkScale(fitScale([many(700_000, 1, 20)], 1), apart, 100);
    expect(young.mean[0]).toBeCloseTo(700_000, 0);
  });

  it('draws the range of the young out to where the ranges of the cohort end, not that of the old', () => {
    const wave = (level: number, reach: number, count: number): Float64Array =>
      Float64Array.from({ length: count }, (_, row) => level + reach * Math.sin(row / 50));
    const months = poolScales([fitScale([wave(0, 10, 8000)], 1), fitScale([wave(5, 10, 8000)], 1)], 1, 100);
    const halfDay = fitScale([wave(2, 1, 100)], 1);
    const young = shrinkScale(halfDay, months, 100);
    expect(halfDay.high[0]).toBeLessThan(3.1);
    expect(young.high[0]).toBeGreaterThan(10);
    expect(young.low[0]).toBeLessThan(-6);
    const narrow = fitScale([wave(2, 1, 20_000)], 1);
    expect(shrinkScale(narrow, months, 100).high[0]).toBeLessThan(3.2);
  });

  it('never narrows a range, and leaves that of an entity alone as it is', () => {
    const scale = fc.tuple(
      fc.double({ min: -1e3, max: 1e3, noNaN: true }),
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.integer({ min: 1, max: 5000 }),
    );
    fc.assert(
      fc.property(scale, scale, (a, b) => {
        const [own, other] = [fitScale([many(...a)], 1), fitScale([many(...b)], 1)];
        const { low, high } = shrinkScale(own, poolScales([own, other], 1, 100), 100);
        expect(low[0]).toBeLessThanOrEqual(own.low[0]!);
        expect(high[0]).toBeGreaterThanOrEqual(own.high[0]!);
        const alone = shrinkScale(own, poolScales([own], 1, 100), 100);
        expect(alone.low[0]).toBeCloseTo(own.low[0]!, 6);
        expect(alone.high[0]).toBeCloseTo(own.high[0]!, 6);
      }),
    );
  });

  it('gives an unseen entity room for the differences of level', () => {
    const unseen = unseenScale(cohort);
    expect(unseen.mean[0]).toBeCloseTo(102, 9);
    expect(unseen.sd[0]).toBeCloseTo(Math.hypot(2, 2), 9);
    expect(unseen.low[0]).toBe(98);
    expect(unseen.high[0]).toBe(106);
  });

  it('leaves a feature that nobody has seen unknown', () => {
    const none = fitScale([Float64Array.from([Number.NaN, Number.NaN])], 1);
    const unknown = shrinkScale(none, poolScales([none], 1, 100), 100);
    expect(unknown.mean[0]).toBeNaN();
    expect(scaleRows(Float64Array.from([5]), 0, 1, unknown)[0]).toBeNaN();
  });
});
