import { describe, expect, it } from 'vitest';
import { judgeSelfTest } from '../../src/training/judge-self-test.ts';
import type { FaultResult } from '../../src/training/self-test.ts';

const PLACES = 20;

function found(spike: number, shift: number): FaultResult[] {
  return [
    { fault: 'spike', recall: spike, smallestSize: null, trials: PLACES },
    { fault: 'shift', recall: shift, smallestSize: null, trials: PLACES },
  ];
}

const falls = (clear: number, by = 0.5): number[] =>
  Array.from({ length: PLACES }, (_, place) => (place < clear ? by : 0));

describe('judgeSelfTest', () => {
  it('lets pass what finds as much, or less only by chance', () => {
    expect(
      judgeSelfTest({ challenger: found(0.6, 0.5), champion: found(0.65, 0.6), falls: falls(3) }),
    ).toEqual({
      name: 'self-test',
      passed: true,
      detail: 'It finds 55 % of injected faults, the model in use 63 % in the same places.',
    });
    const better = { challenger: found(1, 1), champion: found(0.2, 0.2), falls: falls(PLACES, -0.8) };
    expect(judgeSelfTest(better).passed).toBe(true);
  });

  it('keeps the champion where recall of one kind falls by more than three standard errors', () => {
    const verdict = judgeSelfTest({
      challenger: found(0.1, 0.6),
      champion: found(0.7, 0.6),
      falls: falls(4),
    });
    expect(verdict).toEqual({
      name: 'self-test',
      passed: false,
      detail:
        'It finds clearly fewer injected faults than the model in use in the same places (its share in brackets): ' +
        'spike 10 % (70 %), all kinds together 35 % (65 %).',
    });
  });

  it('keeps the champion where all kinds together fall in most places, though no single kind does clearly', () => {
    const pair = { challenger: found(0.4, 0.4), champion: found(0.75, 0.75) };
    expect(judgeSelfTest({ ...pair, falls: falls(14) })).toMatchObject({
      passed: false,
      detail: expect.stringMatching(/in brackets\): all kinds together 40 % \(75 %\)\.$/) as string,
    });
    expect(judgeSelfTest({ ...pair, falls: falls(5) }).passed).toBe(true);
    // Of few places their spread is not known.
    expect(judgeSelfTest({ ...pair, falls: [0.5, 0.5, 0.5] }).passed).toBe(true);
  });

  it('says that nothing was tried where no place is quiet with both', () => {
    expect(judgeSelfTest({ challenger: [], champion: [], falls: [] })).toMatchObject({
      passed: true,
      detail: 'Injected faults were not tried: no normal rows that are quiet with both models.',
    });
  });
});
