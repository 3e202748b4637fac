import { isOfHistogram } from '../core/is-of-histogram.ts';
import type { Findings } from './findings.ts';
import type { ConfigPath } from './problem.ts';
import type { ParsedDetector, ParsedFeature } from './schema.ts';

/** The rules for features made from histograms, and for those that look as if they should be. `path`: of the feature. */
export function checkHistogram(
  { select }: Pick<ParsedDetector, 'select'>,
  feature: ParsedFeature,
  { path, findings }: { readonly path: ConfigPath; readonly findings: Findings },
): void {
  const { metric, where, as, quantile, aggregate } = feature;
  const stem = metric.replace(/_(bucket|sum|count)$/, '');
  const hasBound = [...select, ...where].some(({ label }) => label === 'le');
  if (as !== 'quantile' && quantile !== undefined) {
    findings.error(
      [...path, 'quantile'],
      `"quantile" counts only with "as: quantile", not with "as: ${as}"; write that, or leave "quantile" out`,
    );
  }
  if (!isOfHistogram(feature)) {
    if (!metric.endsWith('_bucket') || hasBound) return;
    findings.warn(
      [...path, 'metric'],
      `"${metric}" looks like the buckets of a histogram, which say little when they are added up; write "{metric: ${stem}, as: quantile, quantile: 0.99}", or choose a bucket with "where: 'le=\\"0.5\\"'"`,
    );
    return;
  }
  if (as === 'quantile' && quantile === undefined) {
    findings.error(
      [...path, 'as'],
      'a quantile needs to know which; write "quantile: 0.99" beside it for the 99th percentile',
    );
  }
  if (metric.endsWith('_bucket')) {
    findings.error(
      [...path, 'metric'],
      `"${metric}" are the buckets of a histogram, and "as: ${as}" is of the whole one; write "metric: ${stem}"`,
    );
  } else if (stem !== metric) {
    findings.warn(
      [...path, 'metric'],
      `"${metric}" looks like a part of a histogram, and "as: ${as}" is of the whole one; if so, write "metric: ${stem}"`,
    );
  }
  if (aggregate !== undefined && aggregate !== 'sum') {
    findings.error(
      [...path, 'aggregate'],
      `histograms are added up before "as: ${as}" is made of them, so "${aggregate}" can't be had; leave "aggregate" out`,
    );
  }
  if (as === 'quantile' && hasBound) {
    findings.error(
      [...path, where.some(({ label }) => label === 'le') ? 'where' : 'metric'],
      'a quantile is made of all buckets, so "select" and "where" can\'t choose some by "le"; leave that out',
    );
  }
}
