import { expect, it } from 'vitest';
import { FirstOffsets } from '../../src/pipeline/first-offsets.ts';

it('tells the oldest offset with a sample since a time, whatever order the times came in', () => {
  const first = new FirstOffsets(10);
  for (const [timeMs, offset] of [
    [31, 4],
    [12, 5],
    [39, 6],
    [45, 7],
  ] as const) {
    first.note(timeMs, offset);
  }
  expect(first.since(-Infinity)).toBe(4);
  // A stretch counts whole: the sample may lie anywhere in it.
  expect(first.since(39)).toBe(4);
  expect(first.since(40)).toBe(7);
  expect(first.since(50)).toBe(Infinity);
});

it('is not changed by what is read again, and goes on after it was noted down', () => {
  const first = new FirstOffsets(10, [[30, 4]]);
  first.note(35, 9);
  expect(first.noted()).toEqual([[30, 4]]);
});

it('forgets what is too old, and of too much the oldest', () => {
  const first = new FirstOffsets(10);
  for (let stretch = 0; stretch < 5000; stretch++) first.note(stretch * 10, stretch);
  first.forgetBefore(100);
  expect(first.noted()).toHaveLength(4096);
  expect(first.noted()[0]).toEqual([9040, 904]);
  first.forgetBefore(49_990);
  expect(first.noted()).toEqual([[49_990, 4999]]);
});
