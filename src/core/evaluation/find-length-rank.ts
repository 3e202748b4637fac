const MOST_POINTS = 20_000;
const MOST_LAG = 400;
const FIRST_LAG = 3;
const MOST_OFFSET = 300;
const DEFAULT_LENGTH = 125;

/**
 * The dominant period of a series by its autocorrelation's highest local maximum (TSB-AD's `find_length_rank`, rank 1);
 * 125 if there is none in reach. It is the window of VUS-PR.
 */
export function findLengthRank(series: ArrayLike<number>): number {
  const x = Float64Array.from(series).subarray(0, MOST_POINTS);
  const correlation = autocorrelation(x);
  if (correlation === null) return DEFAULT_LENGTH;
  let best: number | null = null;
  for (let lag = FIRST_LAG + 1; lag < correlation.length - 1; lag++) {
    const value = correlation[lag] ?? 0;
    const isPeak = value > (correlation[lag - 1] ?? 0) && value > (correlation[lag + 1] ?? 0);
    if (isPeak && (best === null || value > (correlation[best] ?? 0))) best = lag;
  }
  if (best === null || best - FIRST_LAG < FIRST_LAG || best - FIRST_LAG > MOST_OFFSET) return DEFAULT_LENGTH;
  return best;
}

/** Lags 0…400 of the autocorrelation, as far as the series reaches; `null` for a constant or empty one. */
function autocorrelation(x: Float64Array): Float64Array | null {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const centred = x.map((value) => value - mean);
  const result = new Float64Array(Math.min(MOST_LAG, Math.max(0, 2 * x.length - 1)) + 1);
  for (let lag = 0; lag < result.length; lag++) {
    let sum = 0;
    for (let i = lag; i < centred.length; i++) sum += (centred[i] ?? 0) * (centred[i - lag] ?? 0);
    result[lag] = sum;
  }
  const variance = result[0] ?? 0;
  return variance > 0 ? result.map((value) => value / variance) : null;
}
