import { describe, expect, it } from 'vitest';
import { newestStepEndedBy, stepEndMs, stepOf } from '../../src/core/step-grid.ts';

describe('the step grid', () => {
  it('puts a time that is a multiple of the step at the beginning of one', () => {
    expect([stepOf(0, 15_000), stepOf(14_999, 15_000), stepOf(15_000, 15_000)]).toEqual([0, 0, 1]);
    expect(stepEndMs(1, 15_000)).toBe(30_000);
  });

  it('counts a step as ended from its end on', () => {
    expect(newestStepEndedBy(29_999, 15_000)).toBe(0);
    expect(newestStepEndedBy(30_000, 15_000)).toBe(1);
    expect(newestStepEndedBy(-Infinity, 15_000)).toBe(-Infinity);
  });
});
