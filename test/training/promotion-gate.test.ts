import { describe, expect, it } from 'vitest';
import { judgePromotion } from '../../src/training/promotion-gate.ts';

describe('judgePromotion', () => {
  it('always promotes where there is no champion', () => {
    expect(judgePromotion([5, 6], null)).toMatchObject({
      promoted: true,
      challengerError: 5.5,
      championError: null,
    });
  });

  it('promotes a challenger that is better, equal or worse by less than the margin', () => {
    const verdicts = [-1, 0, 0.09].map((error) => judgePromotion([error], [0]).promoted);
    expect(verdicts).toEqual([true, true, true]);
  });

  it('keeps the champion when the challenger is worse by more, and says by which figures', () => {
    const result = judgePromotion([0.2, 0.3], [0, 0.1]);
    expect(result.promoted).toBe(false);
    expect(result.reason).toContain('0.250 against 0.050');
  });
});
