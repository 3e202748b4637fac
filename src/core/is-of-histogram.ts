import type { FeatureSpec } from './detector.ts';

/** Whether a feature is made from the parts of a histogram. */
export function isOfHistogram({ as }: Pick<FeatureSpec, 'as'>): boolean {
  return as === 'mean' || as === 'quantile';
}
