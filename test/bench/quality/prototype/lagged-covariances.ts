/** Covariances `[features, features]` of scaled rows with those 0 … `lags` − 1 rows later; scaled rows have mean about 0. */
export function laggedCovariances(rows: Float64Array, width: number, lags: number): Float64Array[] {
  const count = rows.length / width;
  return Array.from({ length: lags }, (_, lag) => {
    const sum = new Float64Array(width * width);
    const pairs = Math.max(0, count - lag);
    for (let row = 0; row < pairs; row++) {
      const [early, late] = [row * width, (row + lag) * width];
      for (let i = 0; i < width; i++) {
        const left = rows[early + i] as number;
        if (left === 0) continue;
        const line = i * width;
        for (let j = 0; j < width; j++)
          sum[line + j] = (sum[line + j] as number) + left * (rows[late + j] as number);
      }
    }
    return sum.map((value) => value / Math.max(1, pairs));
  });
}

/** Covariance of windows of `steps` rows, `[steps * features, steps * features]`: block Toeplitz. */
export function windowCovariance(
  lagged: readonly Float64Array[],
  width: number,
  steps: number,
): Float64Array {
  const size = steps * width;
  const matrix = new Float64Array(size * size);
  for (let early = 0; early < steps; early++) {
    for (let late = early; late < steps; late++) {
      const block = lagged[late - early] ?? new Float64Array(width * width);
      for (let i = 0; i < width; i++) {
        for (let j = 0; j < width; j++) {
          const value = block[i * width + j] ?? 0;
          matrix[(early * width + i) * size + late * width + j] = value;
          matrix[(late * width + j) * size + early * width + i] = value;
        }
      }
    }
  }
  return matrix;
}
