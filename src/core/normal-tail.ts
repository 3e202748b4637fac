/**
 * ln P(Z > z) of a standard normal, good to 1e-6 far into the tail where the probability itself would be 0
 * (rational Chebyshev form of erfc, Numerical Recipes §6.2).
 */
export function lnNormalTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  const series = COEFFICIENTS.reduceRight((sum, c) => sum * t + c, 0);
  const lnUpper = Math.log(t / 2) - x * x + series;
  return z >= 0 ? lnUpper : Math.log1p(-Math.exp(lnUpper));
}

const COEFFICIENTS = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277,
];
