import { describe, expect, it } from 'vitest';
import { cronTimes } from '../../src/config/cron-times.ts';

const at = (text: string): number => Date.parse(text);
const iso = (ms: number): string => (Number.isFinite(ms) ? new Date(ms).toISOString() : String(ms));

describe('cronTimes', () => {
  it.each([
    ['0 4 * * *', 'UTC', '2026-01-05T03:59:59.999Z', '2026-01-05T04:00:00.000Z'],
    ['0 4 * * *', 'UTC', '2026-01-05T04:00:00Z', '2026-01-06T04:00:00.000Z'],
    ['0 3 * * 0', 'UTC', '2026-01-05T00:00:00Z', '2026-01-11T03:00:00.000Z'],
    ['*/20 8-9 * * 1-5', 'UTC', '2026-01-09T09:40:00Z', '2026-01-12T08:00:00.000Z'],
    ['30 23 31 12 *', 'UTC', '2026-01-05T00:00:00Z', '2026-12-31T23:30:00.000Z'],
    ['0 0 29 2 *', 'UTC', '2026-01-05T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 4 * * *', 'Europe/Zurich', '2026-01-05T00:00:00Z', '2026-01-05T03:00:00.000Z'],
    ['0 4 * * *', 'Europe/Zurich', '2026-07-05T00:00:00Z', '2026-07-05T02:00:00.000Z'],
    ['15 0 * * *', 'Asia/Kathmandu', '2026-01-05T00:00:00Z', '2026-01-05T18:30:00.000Z'],
    ['0 12 1 * *', 'Pacific/Auckland', '2026-01-05T00:00:00Z', '2026-01-31T23:00:00.000Z'],
  ])('%s in %s after %s is %s', (expression, timezone, after, expected) => {
    expect(iso(cronTimes(expression, timezone)(at(after)))).toBe(expected);
  });

  it('runs once a day over both changes of the clock', () => {
    const next = cronTimes('0 4 * * *', 'Europe/Berlin');
    for (const [from, expected] of [
      ['2026-03-28T12:00:00Z', ['2026-03-29T02:00:00.000Z', '2026-03-30T02:00:00.000Z']],
      ['2026-10-24T12:00:00Z', ['2026-10-25T03:00:00.000Z', '2026-10-26T03:00:00.000Z']],
    ] as const) {
      const first = next(at(from));
      expect([iso(first), iso(next(first))]).toEqual(expected);
    }
  });

  it('passes over a day whose clock leaves the hour out, and takes the first of an hour that comes twice', () => {
    const next = cronTimes('30 2 * * *', 'Europe/Berlin');
    expect(iso(next(at('2026-03-28T12:00:00Z')))).toBe('2026-03-30T00:30:00.000Z');
    expect(iso(next(at('2026-10-24T12:00:00Z')))).toBe('2026-10-25T00:30:00.000Z');
  });

  it('answers Infinity if nothing comes in five years', () => {
    // 2100 is no leap year.
    expect(cronTimes('0 0 29 2 *', 'UTC')(at('2096-03-01T00:00:00Z'))).toBe(Infinity);
  });

  it('does not depend on what it was asked before', () => {
    const times = Array.from({ length: 60 }, (_, index) => at('2026-03-27T00:00:00Z') + index * 3_700_000);
    const one = cronTimes('10 */6 * * *', 'Europe/Berlin');
    const backwards = times
      .toReversed()
      .map((time) => one(time))
      .reverse();
    expect(backwards).toEqual(times.map((time) => cronTimes('10 */6 * * *', 'Europe/Berlin')(time)));
  });
});
