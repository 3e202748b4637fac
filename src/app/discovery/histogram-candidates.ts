import type { FeatureSpec } from '../../core/detector.ts';
import { labelValue } from '../../pipeline/series/label-matcher.ts';
import { upperBound } from '../../pipeline/series/histogram-part.ts';
import {
  neverFalls,
  seriesByEntity,
  unitOf,
  type FeatureCandidate,
  type FeatureCandidates,
  type LeftOut,
} from './feature-candidates.ts';
import type { SeenSeries } from './series-census.ts';

/** Metrics that are the parts of one histogram, or of a summary: then without buckets. */
export interface SeenHistogram {
  /** Without `_bucket`, `_sum` and `_count`. */
  readonly metric: string;
  readonly buckets: readonly SeenSeries[];
  readonly sums: readonly SeenSeries[];
  readonly counts: readonly SeenSeries[];
}

/** Which quantile is proposed: high enough for what users feel, and made of enough observations to move little by chance. */
const QUANTILE = 0.99;

/** The histograms and summaries among the metrics. */
export function histogramsIn(metrics: ReadonlyMap<string, readonly SeenSeries[]>): SeenHistogram[] {
  const stems = [...metrics.keys()].flatMap((metric) => /^(.+)_(?:bucket|sum)$/.exec(metric)?.[1] ?? []);
  return [...new Set(stems)].flatMap((metric) => {
    const partsOf = (suffix: string): readonly SeenSeries[] => metrics.get(`${metric}_${suffix}`) ?? [];
    const [sums, counts] = [partsOf('sum'), partsOf('count')];
    const buckets = partsOf('bucket').filter(({ labels }) => upperBound(labelValue(labels, 'le')) !== null);
    const hasQuantiles = (metrics.get(metric) ?? []).some(
      ({ labels }) => labelValue(labels, 'quantile') !== '',
    );
    const isSummary =
      sums.length > 0 && counts.length > 0 && (hasQuantiles || [...sums, ...counts].every(isCounted));
    return buckets.length > 0 || isSummary ? [{ metric, buckets, sums, counts }] : [];
  });
}

const isCounted = (series: SeenSeries): boolean => series.isDelta === true || neverFalls(series);

/** What could be made of a histogram as features of entities, in the place of dozens of buckets; what can't, with the reason. */
export function histogramCandidates(
  { metric, buckets, sums, counts }: SeenHistogram,
  entity: readonly string[],
): FeatureCandidates {
  const kind = buckets.length === 0 ? 'a summary' : 'a histogram';
  const common = { metric, where: [], aggregate: 'sum', unit: unitOf(metric, false) } as const;
  const mean: FeatureSpec = { ...common, name: `${metric}_mean`, as: 'mean' };
  const high: FeatureSpec = { ...common, name: `${metric}_p99`, as: 'quantile', quantile: QUANTILE };
  const isDelta = counts.every((one) => one.isDelta === true);
  const observed: FeatureSpec = {
    ...common,
    name: `${metric}_count`,
    metric: `${metric}_count`,
    // Known for a counter whatever it shows: one that was reset falls.
    as: isDelta ? 'gauge' : 'rate',
    unit: '/s',
  };
  const candidates: FeatureCandidate[] = [];
  const propose = (candidate: Omit<FeatureCandidate, 'byEntity'>, parts: readonly SeenSeries[]): void => {
    const { reason } = candidate;
    candidates.push({ ...candidate, byEntity: seriesByEntity(parts, entity), reason: `${kind}: ${reason}` });
  };
  const leftOut: LeftOut[] = [];
  if (counts.length > 0) propose({ spec: observed, reason: 'how much is observed, a second' }, counts);
  if (sums.length > 0 && counts.length > 0) {
    propose({ spec: mean, reason: 'the mean of what each step observes' }, [...sums, ...counts]);
    leftOut.push({ name: `${metric}_sum`, reason: `${mean.name} is made of it` });
  }
  if (buckets.length > 0) {
    const bounds = boundsOf(buckets);
    const coarse = tooCoarse(bounds);
    const reason = `99 % of what each step observes is at most that, by ${bounds.length} buckets`;
    if (coarse === null) propose({ spec: high, reason, highestBound: bounds.at(-2) ?? NaN }, buckets);
    else leftOut.push({ name: high.name, reason: coarse });
  }
  return { candidates, leftOut };
}

function tooCoarse(bounds: readonly number[]): string | null {
  if (bounds.at(-1) !== Infinity) return 'no bucket has le="+Inf", so nobody knows how much was observed';
  return bounds.length < 2 ? 'it has no bucket but that of all' : null;
}

function boundsOf(buckets: readonly SeenSeries[]): number[] {
  const bounds = new Set(buckets.map(({ labels }) => upperBound(labelValue(labels, 'le')) ?? NaN));
  return [...bounds].sort((a, b) => a - b);
}
