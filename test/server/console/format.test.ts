import { describe, expect, it } from 'vitest';
import {
  formatClock,
  formatCount,
  formatOf,
  formatShare,
  formatSpan,
  formatTime,
} from '../../../src/server/console/format.ts';

describe('texts for people', () => {
  it('tell times in UTC', () => {
    expect(formatTime(1767859560000)).toBe('2026-01-08 08:06:00');
    expect(formatTime('2026-01-08T09:06:00+01:00')).toBe('2026-01-08 08:06:00');
    expect(formatTime('soon')).toBe('–');
    expect([formatClock(1767859560000), formatClock(1767830400000)]).toEqual(['08:06', '01-08']);
  });

  it.each([
    [45_000, '45 s'],
    [120_000, '2 min'],
    [3.5 * 3_600_000, '3.5 h'],
    [36 * 3_600_000, '36 h'],
    [2.5 * 86_400_000, '2.5 days'],
  ])('tell %d ms as %s', (ms, text) => expect(formatSpan(ms)).toBe(text));

  it('group large counts, and keep small shares from being nothing', () => {
    expect(formatCount(1234567)).toBe('1\u202f234\u202f567');
    expect([formatOf(1, 'entity', 'entities'), formatOf(0, 'entity', 'entities')]).toEqual([
      '1 entity',
      '0 entities',
    ]);
    expect([formatShare(0.004), formatShare(0.42), formatShare(0)]).toEqual([
      '0.4\u202f%',
      '42\u202f%',
      '0\u202f%',
    ]);
  });
});
