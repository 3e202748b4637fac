import { describe, expect, it } from 'vitest';
import { judgePromotion } from '../../src/training/promotion-gate.ts';

const passed = { name: 'reconstruction', passed: true, detail: 'As good as before.' };
const failed = { name: 'alerts', passed: false, detail: 'It would have raised 9 alerts.' };

describe('judgePromotion', () => {
  it('always promotes where there is no champion', () => {
    expect(judgePromotion([])).toMatchObject({ promoted: true, verdicts: [] });
  });

  it('promotes what passes every trial, and tells of all', () => {
    expect(judgePromotion([passed, { ...failed, passed: true }])).toMatchObject({
      promoted: true,
      reason: 'As good as before. It would have raised 9 alerts.',
    });
  });

  it('keeps the champion if a single trial is not passed, and says which', () => {
    const verdicts = [passed, failed];
    expect(judgePromotion(verdicts)).toEqual({
      promoted: false,
      verdicts,
      reason: 'It would have raised 9 alerts.',
    });
  });
});
