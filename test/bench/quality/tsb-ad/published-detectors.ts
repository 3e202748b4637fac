import { createRandom, deriveSeed } from '../../../../src/core/random.ts';
import { symmetricEigen } from '../../../../src/core/symmetric-eigen.ts';
import { loadKernels } from '../../../../src/model/kernels.ts';

/** Settings of TSB-AD's multivariate table (`HP_list.py`). */
const PCA_SHARE = 0.25;
const CENTRES = 10;
const WINDOW = 40;
const MOST_ROUNDS = 300;
const BATCH = 2048;

/** A whole file, training part and all: `[rows, width]`. */
export interface TsbRows {
  readonly values: Float64Array;
  readonly width: number;
}

/**
 * TSB-AD's `PCA` (PyOD's): rows standardised over the whole file; sum over the components for 25 % of the variance of the
 * distance between row and component, divided by the component's share.
 */
export function tsbPcaScores({ values, width }: TsbRows): Float64Array {
  const rows = values.length / width;
  const standard = standardise(values, width);
  const covariance = new Float64Array(width * width);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < width; i++)
      for (let j = 0; j < width; j++)
        covariance[i * width + j] =
          (covariance[i * width + j] as number) +
          (standard[row * width + i] as number) * (standard[row * width + j] as number);
  const eigen = symmetricEigen(covariance, width);
  const total = eigen.values.reduce((sum, value) => sum + value, 0);
  const components: { readonly vector: Float64Array; readonly share: number }[] = [];
  let kept = 0;
  for (const [index, value] of eigen.values.entries()) {
    if (kept > PCA_SHARE * total) break;
    const vector = eigen.vectors.slice(index * width, (index + 1) * width);
    components.push({ vector: signed(vector, standard, width), share: value / total });
    kept += value;
  }
  return Float64Array.from({ length: rows }, (_, row) => {
    let score = 0;
    for (const { vector, share } of components) {
      let distance = 0;
      for (let j = 0; j < width; j++)
        distance += ((standard[row * width + j] as number) - (vector[j] as number)) ** 2;
      score += Math.sqrt(distance) / share;
    }
    return score;
  });
}

/**
 * TSB-AD's `KMeansAD`: each window of 40 rows is standardised by itself; its distance to the nearest of 10 centres (k-means++,
 * Lloyd), and for each row the mean over the windows that it lies in. It looks ahead; chance picks the centres.
 */
export async function tsbKMeansScores({ values, width }: TsbRows, seed: number): Promise<Float64Array> {
  const kernels = await loadKernels('auto');
  const rows = values.length / width;
  const size = WINDOW * width;
  const count = rows - WINDOW + 1;
  const windows = new Float32Array(count * size);
  const norms = new Float64Array(count);
  for (let window = 0; window < count; window++) {
    const own = values.subarray(window * width, window * width + size);
    const mean = own.reduce((sum, value) => sum + value, 0) / size;
    const sd = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (size - 1));
    for (let i = 0; i < size; i++) {
      const value = ((own[i] ?? 0) - mean) / (sd > 0 ? sd : 1);
      windows[window * size + i] = value;
      norms[window] = (norms[window] ?? 0) + value * value;
    }
  }
  /** Squared distances `[windows, centres]`. */
  const distancesTo = (centres: Float64Array, centreCount: number): Float64Array => {
    const turned = new Float32Array(size * centreCount);
    const own = new Float64Array(centreCount);
    for (let centre = 0; centre < centreCount; centre++) {
      for (let i = 0; i < size; i++) {
        const value = centres[centre * size + i] ?? 0;
        turned[i * centreCount + centre] = value;
        own[centre] = (own[centre] ?? 0) + value * value;
      }
    }
    const held = kernels.hold(turned, size, centreCount);
    const result = new Float64Array(count * centreCount);
    for (let first = 0; first < count; first += BATCH) {
      const batch = Math.min(BATCH, count - first);
      const product = kernels.multiply(windows.subarray(first * size, (first + batch) * size), batch, held);
      for (let at = 0; at < product.length; at++) {
        const window = first + Math.floor(at / centreCount);
        const squared = (norms[window] ?? 0) - 2 * (product[at] ?? 0) + (own[at % centreCount] ?? 0);
        result[first * centreCount + at] = Math.max(0, squared);
      }
    }
    kernels.release(held);
    return result;
  };
  let centres = firstCentres({ windows, count, size }, distancesTo, seed);
  let nearest: Int32Array = new Int32Array(count).fill(-1);
  let distances: Float64Array = new Float64Array();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    distances = distancesTo(centres, CENTRES);
    const own = nearestOf(distances, count);
    if (own.every((centre, window) => centre === nearest[window])) break;
    nearest = own;
    centres = meansOf({ windows, count, size }, nearest, centres);
  }
  const scores = Float64Array.from(nearest, (centre, window) =>
    Math.sqrt(distances[window * CENTRES + centre] ?? 0),
  );
  return spreadOverRows(scores, rows);
}

interface Windows {
  readonly windows: Float32Array;
  readonly count: number;
  readonly size: number;
}

/** k-means++: each next centre is a window, drawn by its squared distance to the nearest one so far. */
function firstCentres(
  { windows, count, size }: Windows,
  distancesTo: (centres: Float64Array, centreCount: number) => Float64Array,
  seed: number,
): Float64Array {
  const random = createRandom(deriveSeed('TSB-AD k-means', seed));
  const centres = new Float64Array(CENTRES * size);
  const nearest = new Float64Array(count).fill(Infinity);
  let picked = random.integer(count);
  for (let centre = 0; centre < CENTRES; centre++) {
    const own = Float64Array.from(windows.subarray(picked * size, (picked + 1) * size));
    centres.set(own, centre * size);
    let total = 0;
    for (const [window, distance] of distancesTo(own, 1).entries()) {
      nearest[window] = Math.min(nearest[window] ?? 0, distance);
      total += nearest[window] ?? 0;
    }
    let rest = random.next() * total;
    picked = nearest.findIndex((distance) => (rest -= distance) <= 0);
    if (picked < 0) picked = count - 1;
  }
  return centres;
}

function nearestOf(distances: Float64Array, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, window) => {
    let best = 0;
    for (let centre = 1; centre < CENTRES; centre++)
      if ((distances[window * CENTRES + centre] ?? 0) < (distances[window * CENTRES + best] ?? 0))
        best = centre;
    return best;
  });
}

function meansOf({ windows, count, size }: Windows, nearest: Int32Array, before: Float64Array): Float64Array {
  const sums = new Float64Array(before.length);
  const counts = new Float64Array(CENTRES);
  for (let window = 0; window < count; window++) {
    const centre = nearest[window] as number;
    counts[centre] = (counts[centre] ?? 0) + 1;
    for (let i = 0; i < size; i++)
      sums[centre * size + i] = (sums[centre * size + i] as number) + (windows[window * size + i] as number);
  }
  return sums.map((sum, at) => {
    const own = counts[Math.floor(at / size)] ?? 0;
    return own > 0 ? sum / own : (before[at] ?? 0);
  });
}

function spreadOverRows(scores: Float64Array, rows: number): Float64Array {
  const sums = new Float64Array(scores.length + 1);
  for (const [window, score] of scores.entries()) sums[window + 1] = (sums[window] ?? 0) + score;
  return Float64Array.from({ length: rows }, (_, row) => {
    const first = Math.max(0, row - WINDOW + 1);
    const end = Math.min(scores.length, row + 1);
    return ((sums[end] ?? 0) - (sums[first] ?? 0)) / (end - first);
  });
}

function standardise(values: Float64Array, width: number): Float64Array {
  const rows = values.length / width;
  const standard = new Float64Array(values.length);
  for (let j = 0; j < width; j++) {
    let [mean, variance] = [0, 0];
    for (let at = j; at < values.length; at += width) mean += (values[at] ?? 0) / rows;
    for (let at = j; at < values.length; at += width) variance += ((values[at] ?? 0) - mean) ** 2 / rows;
    for (let at = j; at < values.length; at += width)
      standard[at] = variance > 0 ? ((values[at] ?? 0) - mean) / Math.sqrt(variance) : 0;
  }
  return standard;
}

/** A component has two signs and the distance to it depends on them: scikit-learn's is that of the row furthest along it. */
function signed(vector: Float64Array, rows: Float64Array, width: number): Float64Array {
  let furthest = 0;
  for (let row = 0; row < rows.length; row += width) {
    let along = 0;
    for (let j = 0; j < width; j++) along += (vector[j] as number) * (rows[row + j] as number);
    if (Math.abs(along) > Math.abs(furthest)) furthest = along;
  }
  return furthest < 0 ? vector.map((value) => -value) : vector;
}
