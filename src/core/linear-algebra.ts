/** Inner product of `length` numbers that start at two offsets; four partial sums keep the pipeline full. */
export function dot(
  a: Float64Array,
  aStart: number,
  b: Float64Array,
  bStart: number,
  length: number,
): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  const whole = length - (length % 4);
  for (let i = 0; i < whole; i += 4) {
    s0 += a[aStart + i]! * b[bStart + i]!;
    s1 += a[aStart + i + 1]! * b[bStart + i + 1]!;
    s2 += a[aStart + i + 2]! * b[bStart + i + 2]!;
    s3 += a[aStart + i + 3]! * b[bStart + i + 3]!;
  }
  for (let i = whole; i < length; i++) s0 += a[aStart + i]! * b[bStart + i]!;
  return s0 + s1 + (s2 + s3);
}

/**
 * Solves a·x = b for a symmetric positive definite `a` `[size, size]` and `b` `[size, columns]` by Cholesky's factorisation.
 * Answers `null` if `a` is not positive definite.
 */
export function choleskySolve(
  a: Float64Array,
  b: Float64Array,
  size: number,
  columns: number,
): Float64Array | null {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const rest = a[i * size + j]! - dot(lower, i * size, lower, j * size, j);
      if (i !== j) lower[i * size + j] = rest / lower[j * size + j]!;
      else if (rest > 0) lower[i * size + i] = Math.sqrt(rest);
      else return null;
    }
  }
  const x = Float64Array.from(b);
  for (let column = 0; column < columns; column++) {
    for (let i = 0; i < size; i++) {
      let rest = x[i * columns + column]!;
      for (let j = 0; j < i; j++) rest -= lower[i * size + j]! * x[j * columns + column]!;
      x[i * columns + column] = rest / lower[i * size + i]!;
    }
    for (let i = size - 1; i >= 0; i--) {
      let rest = x[i * columns + column]!;
      for (let j = i + 1; j < size; j++) rest -= lower[j * size + i]! * x[j * columns + column]!;
      x[i * columns + column] = rest / lower[i * size + i]!;
    }
  }
  return x;
}

/**
 * Makes the `count` rows of `rows` `[count, size]` orthonormal in place, in order (modified Gram–Schmidt, each row passed twice).
 * A row that depends on those before it becomes zero.
 */
export function orthonormaliseRows(rows: Float64Array, count: number, size: number): void {
  for (let i = 0; i < count; i++) {
    const start = i * size;
    const before = Math.sqrt(dot(rows, start, rows, start, size));
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = j * size;
        const part = dot(rows, start, rows, other, size);
        for (let k = 0; k < size; k++) rows[start + k] = rows[start + k]! - part * rows[other + k]!;
      }
    }
    const norm = Math.sqrt(dot(rows, start, rows, start, size));
    const factor = norm > 1e-10 * before && norm > 0 ? 1 / norm : 0;
    for (let k = 0; k < size; k++) rows[start + k] = rows[start + k]! * factor;
  }
}
