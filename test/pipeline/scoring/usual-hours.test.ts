import { describe, expect, it } from 'vitest';
import { NumberReader, packNumbers } from '../../../src/pipeline/scoring/number-bytes.ts';
import { pooledHours, UsualHours } from '../../../src/pipeline/scoring/usual-hours.ts';
import type { HourProfile } from '../../../src/pipeline/scoring/usual-hours.ts';

const STEP_MS = 10 * 60_000;
const HOUR = 6;
const DAY = 24 * HOUR;
/** A Monday. */
const MONDAY = Date.UTC(2026, 0, 5) / STEP_MS;
const QUIET = 0.2;
const BUSY = 3;
const setting = { stepMs: STEP_MS, timezone: 'UTC', cohort: null as HourProfile | null };

/** Adds days of quiet scores, with `peak` from 02:00 to 02:30 on those asked for. */
function addDays(hours: UsualHours, from: number, days: number, peak: (day: number) => number): void {
  for (let step = from * DAY; step < (from + days) * DAY; step++) {
    const isBackup = step % DAY >= 2 * HOUR && step % DAY < 2 * HOUR + 3;
    hours.add(MONDAY + step, isBackup ? peak(Math.floor(step / DAY)) : QUIET);
  }
}

const at = (day: number, hour: number, minute = 20): number =>
  MONDAY + day * DAY + hour * HOUR + Math.floor(minute / 10);

describe('UsualHours', () => {
  it('lets pass what an hour brings each night, from the third night on, and nothing at other hours', () => {
    const hours = new UsualHours(setting);
    addDays(hours, 0, 2, () => BUSY);
    expect(hours.bar(at(2, 2))).toBeGreaterThan(BUSY);
    expect(hours.bar(at(2, 2))).toBeLessThan(BUSY + 1);
    expect(hours.bar(at(2, 14))).toBe(-Infinity);
  });

  it('still tells of what is far more than usual at its hour', () => {
    const hours = new UsualHours(setting);
    addDays(hours, 0, 5, () => BUSY);
    expect(hours.bar(at(5, 2))).toBeLessThan(BUSY + Math.log(2));
  });

  it('takes one night for no habit', () => {
    const hours = new UsualHours(setting);
    addDays(hours, 0, 3, (day) => (day === 1 ? BUSY : QUIET));
    expect(hours.bar(at(3, 2))).toBe(-Infinity);
    addDays(hours, 3, 2, () => QUIET);
    expect(hours.bar(at(5, 2))).toBe(-Infinity);
  });

  it('forgets a habit that has ended within three nights', () => {
    const hours = new UsualHours(setting);
    addDays(hours, 0, 5, () => BUSY);
    addDays(hours, 7, 3, () => QUIET);
    expect(hours.bar(at(10, 2))).toBe(-Infinity);
  });

  it('knows weekdays and the weekend apart once it has seen both twice', () => {
    const hours = new UsualHours(setting);
    addDays(hours, 0, 7, (day) => (day < 5 ? BUSY : QUIET));
    expect(hours.bar(at(7, 2))).toBeGreaterThan(BUSY);
    expect(hours.bar(at(5, 2))).toBe(-Infinity);
  });

  it('counts what begins a quarter of an hour early as of the same hour', () => {
    const hours = new UsualHours(setting);
    addDays(hours, 0, 2, () => BUSY);
    expect(hours.bar(at(2, 1, 50))).toBeGreaterThan(BUSY);
    expect(hours.bar(at(2, 1, 30))).toBe(-Infinity);
  });

  it('makes no habit of nights that were labelled as incidents', () => {
    const hours = new UsualHours(setting);
    addDays(hours, 0, 4, () => BUSY);
    for (let night = 0; night < 4; night++) hours.exclude(at(night, 2, 0), at(night, 2, 50));
    expect(hours.bar(at(4, 2))).toBe(-Infinity);
  });

  it('takes the cohort’s busy hours for its own until it knows better', () => {
    const veterans = [0, 1, 2].map(() => {
      const hours = new UsualHours(setting);
      addDays(hours, 0, 5, () => BUSY);
      return hours.profile();
    });
    const cohort = pooledHours(veterans);
    const newcomer = new UsualHours({ ...setting, cohort });
    for (let step = 3 * HOUR; step < 20 * HOUR; step++) newcomer.add(MONDAY + step, QUIET);
    expect(newcomer.bar(at(1, 2))).toBeGreaterThan(BUSY);
    expect(newcomer.bar(at(1, 14))).toBe(-Infinity);
    addDays(newcomer, 1, 3, () => QUIET);
    expect(newcomer.bar(at(4, 2))).toBe(-Infinity);
  });

  it('comes back to the bit, also in the middle of an hour', () => {
    const hours = new UsualHours(setting);
    addDays(hours, 0, 3, (day) => BUSY + day / 7);
    hours.add(at(3, 2, 0), 1.5);
    const again = UsualHours.fromNumbers(new NumberReader(packNumbers(hours.toNumbers())), setting);
    expect(again.toNumbers()).toEqual(hours.toNumbers());
    for (const one of [hours, again]) addDays(one, 4, 3, () => QUIET);
    expect(again.toNumbers()).toEqual(hours.toNumbers());
    expect(again.bar(at(7, 2))).toBe(hours.bar(at(7, 2)));
  });

  it('keeps no more however long it watches', () => {
    const hours = new UsualHours(setting);
    addDays(hours, 0, 10, () => BUSY);
    const kept = hours.toNumbers().length;
    addDays(hours, 10, 60, () => BUSY);
    expect(hours.toNumbers()).toHaveLength(kept);
  });
});
