import { expect, it } from 'vitest';
import { RateWindow } from '../../src/delivery/rate-window.ts';
import { fc } from '../support/properties.ts';

it('lets so many through in any stretch of time, and says when the next may go', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 5 }), (waits, count) => {
      const window = new RateWindow({ count, perMs: 1000 });
      const sent: number[] = [];
      let nowMs = 0;
      for (const wait of waits) {
        nowMs += wait;
        nowMs += window.waitMs(nowMs);
        expect(window.room(nowMs)).toBeGreaterThan(0);
        window.take(nowMs);
        sent.push(nowMs);
      }
      for (const [index, atMs] of sent.entries()) {
        const before = sent[index - count];
        if (before !== undefined) expect(atMs - before).toBeGreaterThanOrEqual(1000);
      }
    }),
  );
});

it('makes nobody wait longer than he must', () => {
  const window = new RateWindow({ count: 2, perMs: 1000 });
  window.take(0);
  window.take(300);
  expect(window.waitMs(400)).toBe(600);
  expect(window.waitMs(1000)).toBe(0);
});

it('has no end of room without a limit', () => {
  const window = new RateWindow(null);
  for (let index = 0; index < 1000; index++) window.take(0);
  expect(window.waitMs(0)).toBe(0);
  expect(Math.min(4, window.room(0))).toBe(4);
});

it('counts nothing that lies in the future since the clock was set back', () => {
  const window = new RateWindow({ count: 2, perMs: 1000 });
  window.take(50_000);
  window.take(50_100);
  expect(window.waitMs(100)).toBe(0);
  expect(window.room(100)).toBe(2);
  window.take(100);
  window.take(100);
  expect(window.waitMs(100)).toBe(1000);
});
