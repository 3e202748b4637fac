import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import { loadKernels } from '../../src/model/kernels.ts';
import type { Kernels } from '../../src/model/kernels.ts';
import {
  addLagged,
  addStretch,
  emptyLaggedCovariance,
  windowCovariance,
} from '../../src/model/lagged-covariance.ts';
import type { LaggedCovariance, Stretch } from '../../src/model/lagged-covariance.ts';
import { leadingComponents } from '../../src/model/leading-components.ts';
import { symmetricEigen } from '../../src/core/symmetric-eigen.ts';

const FEATURES = 3;
const LAGS = 5;
let kernels: Kernels;

beforeAll(async () => {
  kernels = await loadKernels('wasm');
});

function stretch(count: number, seed: number): Stretch {
  const random = createRandom(seed);
  let load = 0;
  const rows = new Float32Array(count * FEATURES);
  for (let i = 0; i < rows.length; i++) {
    load = 0.9 * load + 0.3 * random.normal();
    rows[i] = load + 0.5 * random.normal();
  }
  return { rows, count };
}

function gather(...stretches: Stretch[]): LaggedCovariance {
  const lagged = emptyLaggedCovariance(FEATURES, LAGS);
  for (const one of stretches) addStretch(lagged, one, kernels);
  return lagged;
}

/** Straight from the definition. */
function naive(stretches: Stretch[]): LaggedCovariance {
  const lagged = emptyLaggedCovariance(FEATURES, LAGS);
  for (const { rows, count } of stretches) {
    const value = (row: number, feature: number): number => {
      const known = rows[row * FEATURES + feature] ?? 0;
      return Number.isNaN(known) ? 0 : known;
    };
    for (let lag = 0; lag < LAGS; lag++) {
      for (let row = 0; row + lag < count; row++) {
        lagged.pairs[lag] = (lagged.pairs[lag] ?? 0) + 1;
        for (let i = 0; i < FEATURES; i++) {
          for (let j = 0; j < FEATURES; j++) {
            const index = (lag * FEATURES + i) * FEATURES + j;
            lagged.sums[index] = (lagged.sums[index] ?? 0) + value(row, i) * value(row + lag, j);
          }
        }
      }
    }
  }
  return lagged;
}

function expectClose(actual: ArrayLike<number>, wanted: ArrayLike<number>, digits = 3): void {
  expect(actual.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) expect(actual[i]).toBeCloseTo(wanted[i] ?? 0, digits);
}

describe('lagged covariance', () => {
  it('is what its definition says, across product chunks, short stretches and missing values', () => {
    const holed = stretch(1200, 1);
    holed.rows[100] = Number.NaN;
    holed.rows.fill(Number.NaN, 900, 930);
    const stretches = [holed, stretch(3, 2), stretch(1, 3)];
    const lagged = gather(...stretches);
    const wanted = naive(stretches);
    expect([...lagged.pairs]).toEqual([...wanted.pairs]);
    expectClose(lagged.sums, wanted.sums, 2);
  });

  it('adds up over stretches in any order, and a factor counts rows that often', () => {
    const parts = [stretch(50, 1), stretch(80, 2), stretch(9, 3)];
    const whole = gather(...parts);
    const sum = emptyLaggedCovariance(FEATURES, LAGS);
    for (const part of parts.toReversed()) addLagged(sum, gather(part));
    expectClose(sum.sums, whole.sums, 9);
    addLagged(sum, whole, 2);
    expect(sum.pairs[0]).toBe(3 * (50 + 80 + 9));
  });

  it('never pairs rows across a gap', () => {
    const early = stretch(10, 1);
    const late = stretch(10, 2);
    expect(gather(early, late).pairs[1]).toBe(18);
  });

  it('makes nearly the covariance of the windows themselves', () => {
    const long = stretch(6000, 4);
    const steps = 4;
    const size = steps * FEATURES;
    const exact = new Float64Array(size * size);
    const windows = long.count - steps + 1;
    for (let w = 0; w < windows; w++) {
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          const product = (long.rows[w * FEATURES + i] ?? 0) * (long.rows[w * FEATURES + j] ?? 0);
          exact[i * size + j] = (exact[i * size + j] ?? 0) + product / windows;
        }
      }
    }
    expectClose(windowCovariance(gather(long), steps), exact, 2);
  });
});

describe('leading components', () => {
  const size = 120;
  const covariance = (): Float64Array => {
    const random = createRandom(9);
    const mixing = Float64Array.from({ length: size * 200 }, () => random.normal());
    const matrix = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let sum = 0;
        for (let k = 0; k < 200; k++) {
          sum += (mixing[i * 200 + k] ?? 0) * (mixing[j * 200 + k] ?? 0) * 0.93 ** k;
        }
        matrix[i * size + j] = sum;
      }
    }
    return matrix;
  };

  it('are as few as cover the share, found from a narrow start that has to grow', () => {
    const matrix = covariance();
    const { values } = symmetricEigen(matrix, size);
    const total = values.reduce((sum, value) => sum + value, 0);
    let count = 0;
    let covered = 0;
    while (covered < 0.9) covered += (values[count++] ?? 0) / total;
    const found = leadingComponents(matrix, size, { share: 0.9, limit: size, seed: 1 }, kernels);
    expect(Math.abs(found.count - count)).toBeLessThanOrEqual(1);
    expect(found.share).toBeGreaterThanOrEqual(0.9);
    expect(found.count).toBeGreaterThan(24);
  });

  it('are orthonormal and no more than the limit', () => {
    const found = leadingComponents(covariance(), size, { share: 0.99, limit: 20, seed: 1 }, kernels);
    expect(found.count).toBe(20);
    for (let i = 0; i < 20; i++) {
      for (let j = 0; j <= i; j++) {
        let product = 0;
        for (let k = 0; k < size; k++) {
          product += (found.vectors[i * size + k] ?? 0) * (found.vectors[j * size + k] ?? 0);
        }
        expect(product).toBeCloseTo(i === j ? 1 : 0, 9);
      }
    }
  });

  it('are one arbitrary direction where nothing varies', () => {
    const found = leadingComponents(new Float64Array(16), 4, { share: 0.9, limit: 1, seed: 1 }, kernels);
    expect(found.count).toBe(1);
    expect(found.share).toBe(1);
  });
});
