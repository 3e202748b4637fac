import { expect, it } from 'vitest';
import { jitterMs } from '../../src/app/jitter.ts';
import { fc } from '../support/properties.ts';

it('a detector’s jitter is always the same, within its bound, and others have others', () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      const jitter = jitterMs(name, 600_000);
      expect(jitter).toBe(jitterMs(name, 600_000));
      expect(jitter).toBeGreaterThanOrEqual(0);
      expect(jitter).toBeLessThan(600_000);
    }),
  );
  const all = Array.from({ length: 100 }, (_, i) => jitterMs(`detector-${i}`, 600_000));
  expect(new Set(all).size).toBeGreaterThan(95);
  expect(Math.max(...all) - Math.min(...all)).toBeGreaterThan(500_000);
});
