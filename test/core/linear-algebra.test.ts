import { describe, expect, it } from 'vitest';
import { choleskySolve, dot, orthonormaliseRows } from '../../src/core/linear-algebra.ts';
import { createRandom } from '../../src/core/random.ts';
import { symmetricEigen } from '../../src/core/symmetric-eigen.ts';

describe('choleskySolve', () => {
  it('solves a positive definite system for several right-hand sides', () => {
    const a = Float64Array.from([4, 1, 1, 3]);
    const x = choleskySolve(a, Float64Array.from([1, 4, 2, 1]), 2, 2);
    expect([...(x ?? [])].map((value) => Number(value.toFixed(12)))).toEqual([
      0.090909090909, 1, 0.636363636364, 0,
    ]);
  });

  it('says null for a matrix that is not positive definite', () => {
    expect(choleskySolve(Float64Array.from([1, 2, 2, 1]), Float64Array.from([1, 1]), 2, 1)).toBeNull();
  });
});

describe('orthonormaliseRows', () => {
  it('makes rows orthonormal and a dependent row zero', () => {
    const rows = Float64Array.from([1, 1, 0, 2, 2, 0, 0, 1, 1]);
    orthonormaliseRows(rows, 3, 3);
    expect(dot(rows, 0, rows, 0, 3)).toBeCloseTo(1, 12);
    expect([...rows.subarray(3, 6)]).toEqual([0, 0, 0]);
    expect(dot(rows, 0, rows, 6, 3)).toBeCloseTo(0, 12);
    expect(dot(rows, 6, rows, 6, 3)).toBeCloseTo(1, 12);
  });
});

describe('symmetricEigen', () => {
  it('answers pairs that satisfy A·v = λ·v, largest first', () => {
    const size = 40;
    const random = createRandom(2);
    const a = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) a[i * size + j] = a[j * size + i] = random.normal();
    }
    const { values, vectors } = symmetricEigen(a, size);
    for (let k = 0; k < size; k++) {
      if (k > 0) expect(values[k]).toBeLessThanOrEqual(values[k - 1] ?? 0);
      for (let i = 0; i < size; i++) {
        const image = dot(a, i * size, vectors, k * size, size);
        expect(Math.abs(image - (values[k] ?? 0) * (vectors[k * size + i] ?? 0))).toBeLessThan(1e-10);
      }
    }
  });

  it('handles a zero matrix and a single number', () => {
    expect([...symmetricEigen(new Float64Array(4), 2).values]).toEqual([0, 0]);
    expect([...symmetricEigen(Float64Array.from([5]), 1).vectors]).toEqual([1]);
  });
});
