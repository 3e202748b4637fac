import { expect, it } from 'vitest';
import { rangeAround } from '../../../src/server/console/alert-range.ts';

it('shows as much before and after an alert as it lasted, and at least sixty steps', () => {
  expect(rangeAround({ firstStepOver: 1000, lastStepOver: 1009 }, 10)).toEqual({
    fromMs: 9400,
    toMs: 10_700,
  });
  expect(rangeAround({ firstStepOver: 1000, lastStepOver: 1099 }, 10)).toEqual({
    fromMs: 9000,
    toMs: 12_000,
  });
});
