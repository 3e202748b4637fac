import type { ParsedFeature } from './schema.ts';

/** What a feature is called: as it is written, or after its metric and what of a histogram it is (`_mean`, `_p99.9`). */
export function featureName({ name, metric, as, quantile }: ParsedFeature): string {
  if (name !== undefined) return name;
  if (as === 'mean') return `${metric}_mean`;
  return as === 'quantile' && quantile !== undefined ? `${metric}_p${percent(quantile)}` : metric;
}

/* Never with an exponent, which is no part of a name. */
const percent = (share: number): string => (100 * share).toFixed(8).replace(/\.?0+$/, '');
