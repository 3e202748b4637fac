import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import { FAULT_KINDS, injectFault } from '../../src/training/injected-faults.ts';
import type { Fault, NormalRows } from '../../src/training/injected-faults.ts';

const COUNT = 60;
const FIRST = 20;
const ROWS = 8;

/** Two features; each value of the second tells its row. */
const normal: NormalRows = {
  values: Float64Array.from({ length: 2 * COUNT }, (_, i) => (i % 2 === 0 ? 7 : 100 + (i - 1) / 2)),
  features: 2,
  spreads: Float64Array.of(1, 4),
};

function inject(change: Partial<Fault>, seed = 1): Float64Array {
  const fault: Fault = { kind: 'spike', feature: 1, first: FIRST, rows: ROWS, size: 2, ...change };
  return injectFault(normal, fault, createRandom(seed));
}

/** What was added to each of the fault's rows. */
function added(kind: Fault['kind'], seed = 1): number[] {
  const values = inject({ kind }, seed);
  return Array.from({ length: ROWS }, (_, i) => values[2 * (FIRST + i) + 1]! - (100 + FIRST + i));
}

describe('injectFault', () => {
  it.each(FAULT_KINDS)('%s touches its own rows of its own feature alone, seeded', (kind) => {
    const values = inject({ kind });
    const touched = [...values.keys()].filter((i) => values[i] !== normal.values[i]);
    expect(touched.length).toBeGreaterThan(0);
    for (const i of touched) {
      expect(i % 2).toBe(1);
      expect(Math.floor(i / 2)).toBeGreaterThanOrEqual(FIRST);
      expect(Math.floor(i / 2)).toBeLessThan(FIRST + ROWS);
    }
    expect(inject({ kind })).toEqual(values);
  });

  it('is as large as so many spreads of the feature', () => {
    expect(added('spike')).toEqual(new Array(ROWS).fill(8));
    expect(added('drop')).toEqual(new Array(ROWS).fill(-8));
    expect(new Set([1, 2, 3, 4, 5].map((seed) => added('shift', seed)[0]))).toEqual(new Set([8, -8]));
    expect(added('drift').map(Math.abs)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const noise = Array.from({ length: 50 }, (_, seed) => added('noise', seed)).flat();
    const sd = Math.sqrt(noise.reduce((sum, value) => sum + value * value, 0) / noise.length);
    expect(sd).toBeGreaterThan(7);
    expect(sd).toBeLessThan(9);
  });

  it('holds what was there before, lags behind, or takes usual values of another time', () => {
    const seen = (kind: Fault['kind'], size = 3): number[] => {
      const values = inject({ kind, size });
      return Array.from({ length: ROWS }, (_, i) => values[2 * (FIRST + i) + 1]! - 100);
    };
    expect(seen('stuck')).toEqual(new Array(ROWS).fill(FIRST - 1));
    expect(seen('phase_shift')).toEqual([17, 18, 19, 20, 21, 22, 23, 24]);
    const other = seen('broken_correlation');
    expect(other.map((value, i) => value - i)).toEqual(new Array(ROWS).fill(other[0]));
    expect(Math.abs((other[0] ?? 0) - FIRST)).toBeGreaterThanOrEqual(ROWS);
  });

  it('leaves missing values missing, and ends with the rows', () => {
    const values = normal.values.slice();
    values[2 * (FIRST + 3) + 1] = Number.NaN;
    const fault: Fault = { kind: 'shift', feature: 1, first: FIRST, rows: 500, size: 1 };
    const result = injectFault({ ...normal, values }, fault, createRandom(1));
    expect(result[2 * (FIRST + 3) + 1]).toBeNaN();
    expect(result).toHaveLength(values.length);
  });
});
