/** What several runs gave: `mean` is `null` of none, `sd` (of the sample) of fewer than two. */
export interface Spread {
  readonly mean: number | null;
  readonly sd: number | null;
  readonly count: number;
}

/** Mean and standard deviation of some figures. */
export function meanAndSpread(values: readonly number[]): Spread {
  const count = values.length;
  if (count === 0) return { mean: null, sd: null, count };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, sd: null, count };
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1));
  return { mean, sd, count };
}

/** `12.3 ± 0.4`, with so many decimals. */
export function spreadText({ mean, sd }: Spread, decimals: number): string {
  if (mean === null) return '–';
  return sd === null ? mean.toFixed(decimals) : `${mean.toFixed(decimals)} ± ${sd.toFixed(decimals)}`;
}
