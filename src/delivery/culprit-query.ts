import type { DetectorSpec, FeatureSpec, LabelMatcher } from '../core/detector.ts';
import { promqlSelector } from './promql-selector.ts';
import type { Alert } from '../pipeline/effects.ts';

const operators = { sum: 'sum', mean: 'avg', min: 'min', max: 'max' } as const;
/** A rate needs some samples in its range; four scrapes are Prometheus' own advice. */
const stepsOfRate = 4;
const leastRateMs = 60_000;

/**
 * PromQL of an alert's leading feature for its entity, to be pasted into a graph; `null` if the alert has no feature, or
 * its detector no longer has that one.
 */
export function culpritQuery(alert: Alert, detector: DetectorSpec | null): string | null {
  const name = alert.contributions[0]?.feature;
  const feature = detector?.features.find((one) => one.name === name);
  return detector === null || feature === undefined ? null : featureQuery(feature, detector, alert);
}

function featureQuery(feature: FeatureSpec, detector: DetectorSpec, { labels }: Alert): string {
  const ofEntity = detector.entity.map((label): LabelMatcher => ({
    label,
    op: '=',
    value: labels[label] ?? '',
  }));
  const matchers = [...detector.select, ...feature.where, ...ofEntity];
  const seconds = Math.ceil(Math.max(leastRateMs, stepsOfRate * detector.stepMs) / 1000);
  const seriesOf = (suffix: string): string => promqlSelector(feature.metric + suffix, matchers);
  const rateOf = (suffix: string): string => `rate(${seriesOf(suffix)}[${seconds}s])`;
  const joined = (value: string, ...more: readonly string[]): string =>
    `${operators[feature.aggregate]} by (${[...detector.entity, ...more].join(', ')}) (${value})`;
  switch (feature.as) {
    case 'gauge':
      return joined(seriesOf(''));
    case 'rate':
      return joined(rateOf(''));
    case 'mean':
      return `${joined(rateOf('_sum'))} / ${joined(rateOf('_count'))}`;
    case 'quantile':
      return `histogram_quantile(${feature.quantile ?? 0}, ${joined(rateOf('_bucket'), 'le')})`;
  }
}
