/** A generalised Pareto distribution of exceedances over a level; shape 0 is the exponential one. */
export interface ParetoFit {
  readonly shape: number;
  readonly scale: number;
}

/** Shapes beyond are not believed from so few clusters (RECIPE §1.6). */
const SHAPE_RANGE = { least: -0.3, most: 0.5 };
/** Gain in log-likelihood that makes the extra parameter "clearly better": 2 is p ≈ .05 of a likelihood-ratio test. */
const CLEARLY_BETTER = 2;
/** 5 % on the log-score scale: exceedances closer than that are not told apart. */
const LEAST_SCALE = 0.05;

/**
 * Fits exceedances (all ≥ 0, any order, at least one) by probability-weighted moments (Hosking & Wallis 1987,
 * https://doi.org/10.2307/1269343); the exponential is kept unless the Pareto is clearly likelier.
 */
export function fitPareto(exceedances: readonly number[]): ParetoFit {
  if (exceedances.length === 0) throw new RangeError('a tail fit needs at least one exceedance, got none');
  const sorted = [...exceedances].sort((a, b) => a - b);
  const n = sorted.length;
  const mean = sorted.reduce((sum, x) => sum + x, 0) / n;
  const exponential: ParetoFit = { shape: 0, scale: Math.max(mean, LEAST_SCALE) };
  if (mean <= LEAST_SCALE || n < 3) return exponential;
  const weighted = sorted.reduce((sum, x, i) => sum + (x * (n - 1 - i)) / (n - 1), 0) / n;
  const free = 2 - mean / (mean - 2 * weighted);
  if (!Number.isFinite(free)) return exponential;
  const shape = Math.min(SHAPE_RANGE.most, Math.max(SHAPE_RANGE.least, free));
  const pareto: ParetoFit = { shape, scale: mean * (1 - shape) };
  const gain = logLikelihood(pareto, sorted) - logLikelihood(exponential, sorted);
  return Math.abs(shape) > 1e-6 && gain > CLEARLY_BETTER ? pareto : exponential;
}

/** ln P(exceedance > x) for x ≥ 0: falls from 0, -Infinity beyond the end of a tail of negative shape. */
export function lnParetoSurvival(fit: ParetoFit, x: number): number {
  if (fit.shape === 0) return -x / fit.scale;
  const inner = 1 + (fit.shape * x) / fit.scale;
  return inner <= 0 ? -Infinity : -Math.log(inner) / fit.shape;
}

function logLikelihood(fit: ParetoFit, sorted: readonly number[]): number {
  let sum = -sorted.length * Math.log(fit.scale);
  for (const x of sorted) {
    sum += fit.shape === 0 ? -x / fit.scale : (1 + fit.shape) * lnParetoSurvival(fit, x);
  }
  return sum;
}
