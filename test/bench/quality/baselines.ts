import { createRandom, deriveSeed } from '../../../src/core/random.ts';
import { denseAloneScores } from './dense-alone.ts';
import { jacobiEigen } from './jacobi-eigen.ts';
import { kMeansWindowScores } from './k-means-windows.ts';
import type { ScaledRows } from './scaled-rows.ts';

/** A plain detector: one score a row, higher is stranger, from that row and earlier ones. */
export type Baseline = (rows: ScaledRows, seed: number) => Float64Array | Promise<Float64Array>;

/** The plain detectors that strayd is held against, by name. */
export const BASELINES: Readonly<Record<string, Baseline>> = {
  random: randomScores,
  'row z²': rowSquares,
  'row PCA': rowPcaScores,
  'k-means windows': kMeansWindowScores,
  'dense AE alone': denseAloneScores,
};

function randomScores({ rows }: ScaledRows, seed: number): Float64Array {
  const random = createRandom(deriveSeed('random baseline', seed));
  return Float64Array.from({ length: rows }, () => random.next());
}

function rowSquares({ values, rows, width }: ScaledRows): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) =>
    meanSquare(values.subarray(row * width, (row + 1) * width)),
  );
}

function rowPcaScores({ values, rows, width, trainRows }: ScaledRows): Float64Array {
  const covariance = Array.from({ length: width }, () => new Array<number>(width).fill(0));
  for (let row = 0; row < trainRows; row++) {
    for (const [i, line] of covariance.entries()) {
      const left = values[row * width + i] ?? 0;
      for (let j = 0; j < width; j++)
        line[j] = (line[j] ?? 0) + (left * (values[row * width + j] ?? 0)) / trainRows;
    }
  }
  const eigen = jacobiEigen(covariance);
  const total = eigen.values.reduce((sum, value) => sum + value, 0);
  const components: number[][] = [];
  let kept = 0;
  for (const [index, vector] of eigen.vectors.entries()) {
    if (kept >= 0.9 * total) break;
    components.push(vector);
    kept += eigen.values[index] ?? 0;
  }
  return Float64Array.from({ length: rows }, (_, row) => {
    const rest = values.slice(row * width, (row + 1) * width);
    // Components are orthogonal, so each can be taken off what the ones before left.
    for (const component of components) {
      const along = component.reduce((sum, weight, column) => sum + weight * (rest[column] ?? 0), 0);
      for (let column = 0; column < width; column++) {
        rest[column] = (rest[column] ?? 0) - along * (component[column] ?? 0);
      }
    }
    return meanSquare(rest);
  });
}

function meanSquare(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0) / values.length;
}
