const MOST_RATIO = 1000;
const LEAST_SHARE = 0.01;
const LEAST_ERROR = 1e-4;

/** Rows by use: training up to `trainRows`, then hold-out up to `historyRows`. */
export interface RowSplit {
  readonly trainRows: number;
  readonly historyRows: number;
}

/** A member's usual error of each feature: the larger mean of training and hold-out, not below 1 % of the median one. */
export function usualErrors(
  errors: Float64Array,
  width: number,
  { trainRows, historyRows }: RowSplit,
): Float64Array {
  const usual = Float64Array.from({ length: width }, (_, feature) =>
    Math.max(
      meanOf(errors, { width, feature, first: 0, end: trainRows }),
      meanOf(errors, { width, feature, first: trainRows, end: historyRows }),
    ),
  );
  const median = medianOf(usual);
  return usual.map((error) => Math.max(error, LEAST_SHARE * median, LEAST_ERROR));
}

/** Mean over features of error ÷ usual error, each at most 1000, in units of its own mean over the hold-out; NaN stays. */
export function errorRatios(
  errors: Float64Array,
  usual: Float64Array,
  { trainRows, historyRows }: RowSplit,
): Float64Array {
  const width = usual.length;
  const ratios = Float64Array.from({ length: errors.length / width }, (_, row) => {
    let sum = 0;
    for (let j = 0; j < width; j++) {
      const ratio = (errors[row * width + j] as number) / (usual[j] as number);
      // A plain minimum would keep NaN as well, but says so less clearly.
      sum += ratio > MOST_RATIO ? MOST_RATIO : ratio;
    }
    return sum / width;
  });
  const mean = meanOf(ratios, { width: 1, feature: 0, first: trainRows, end: historyRows });
  return ratios.map((ratio) => ratio / mean);
}

function meanOf(
  values: Float64Array,
  column: { readonly width: number; readonly feature: number; readonly first: number; readonly end: number },
): number {
  let [sum, count] = [0, 0];
  for (let row = column.first; row < column.end; row++) {
    const value = values[row * column.width + column.feature] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

function medianOf(values: Float64Array): number {
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
