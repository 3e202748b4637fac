import type { FeatureSpec } from '../../core/detector.ts';
import type { Labels } from '../../core/sample.ts';
import { labelValue } from './label-matcher.ts';

/** A metric that a feature is made from, and which part of the feature a series of it is. */
export interface FeatureMetric {
  readonly metric: string;
  /** `null`: such a series is no part. */
  readonly partOf: (labels: Labels) => number | null;
}

/** The part of a series where there is only one sort, and the parts of a mean. */
export const [WHOLE, SUM, COUNT] = [0, 0, 1];

const FINITE = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^\+?inf(?:inity)?$/i;

/**
 * The metrics that a feature is made from: its own one, or those that Prometheus makes of a histogram. Parts of a mean are {@link SUM} and
 * {@link COUNT}, those of a quantile the upper bounds of the buckets.
 */
export function featureMetrics({ metric, as }: Pick<FeatureSpec, 'metric' | 'as'>): readonly FeatureMetric[] {
  switch (as) {
    case 'gauge':
    case 'rate':
      return [{ metric, partOf: () => WHOLE }];
    case 'mean':
      return [
        { metric: `${metric}_sum`, partOf: () => SUM },
        { metric: `${metric}_count`, partOf: () => COUNT },
      ];
    case 'quantile':
      return [{ metric: `${metric}_bucket`, partOf: (labels) => upperBound(labelValue(labels, 'le')) }];
  }
}

/** The upper bound that a bucket's `le` writes; `null` if it is no number. */
export function upperBound(le: string): number | null {
  if (INFINITE.test(le)) return Infinity;
  return FINITE.test(le) ? Number(le) : null;
}

/** The labels that all parts of one histogram share. */
export function labelsOfHistogram(labels: Labels): Labels {
  const { le: _le, ...own } = labels;
  return own;
}
