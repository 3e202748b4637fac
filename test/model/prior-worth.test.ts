import { describe, expect, it } from 'vitest';
import { historyShare, priorWorth } from '../../src/model/prior-worth.ts';
import { fc } from '../support/properties.ts';

describe('priorWorth', () => {
  it('counts in full for an entity without rows and is fades with a full history', () => {
    expect(priorWorth(0, 100)).toBe(100);
    expect(priorWorth(288, 100)).toBeGreaterThan(95);
    expect(priorWorth(2000, 100)).toBe(50);
    expect(priorWorth(28 * 288, 100)).toBeLessThan(6);
  });

  it('never gives the prior more say as own rows come in', () => {
    const rows = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(rows, rows, fc.integer({ min: 0, max: 1000 }), (a, b, priorRows) => {
        const [fewer, more] = a < b ? [a, b] : [b, a];
        expect(priorWorth(more, priorRows)).toBeLessThanOrEqual(priorWorth(fewer, priorRows));
      }),
    );
  });
});

describe('historyShare', () => {
  it('lets an entity count among others once it has a history, and wholly where there is no prior', () => {
    expect(historyShare(0, 100)).toBe(0);
    expect(historyShare(138, 100)).toBeLessThan(0.01);
    expect(historyShare(2000, 100)).toBe(0.5);
    expect(historyShare(28 * 288, 100)).toBeGreaterThan(0.9);
    expect(historyShare(1, 0)).toBe(1);
  });
});
