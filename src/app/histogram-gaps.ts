import type { FeatureSpec } from '../core/detector.ts';
import { isOfHistogram } from '../core/is-of-histogram.ts';
import { COUNT, SUM } from '../pipeline/series/histogram-part.ts';

/**
 * Why features made from histograms would stay without a value, a sentence each with the way out. `seen`: by feature, the parts of which a sample
 * was seen; nothing is said of features of which none was.
 */
export function histogramGaps(
  features: readonly FeatureSpec[],
  seen: ReadonlyMap<number, ReadonlySet<number>>,
): string[] {
  return features.flatMap((feature, index) => {
    if (!isOfHistogram(feature)) return [];
    const gap = gapOf(feature, seen.get(index) ?? new Set());
    return gap === null ? [] : [`${feature.name} would have no value: ${gap}`];
  });
}

function gapOf({ as, metric }: FeatureSpec, parts: ReadonlySet<number>): string | null {
  if (as === 'mean') {
    if (parts.has(SUM) && parts.has(COUNT)) return null;
    if (parts.size === 0) return `neither ${metric}_sum nor ${metric}_count was seen; correct its metric`;
    const [found, lacking] = parts.has(SUM) ? ['sum', 'count'] : ['count', 'sum'];
    return `${metric}_${found} was seen, but no ${metric}_${lacking}; let the sender pass it on`;
  }
  if (parts.size === 0) {
    return (
      `no ${metric}_bucket with "le" was seen; correct its metric, or write "as: mean" where there are no buckets ` +
      '(summaries, native and exponential histograms)'
    );
  }
  if (!parts.has(Infinity)) {
    return `none of the ${parts.size} bounds of ${metric}_bucket is le="+Inf"; let the sender pass that on`;
  }
  return parts.size > 1
    ? null
    : `the only bucket of ${metric}_bucket is le="+Inf"; let the sender set bounds, or write "as: mean"`;
}
