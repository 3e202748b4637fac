import type { OtlpMetric, OtlpPoint } from './otlp-model.ts';

/** A number of a point: what its metric is called, and the label that tells it from the point's others. */
export interface OtlpNumber {
  readonly suffix: string;
  readonly label: readonly [string, string] | null;
  readonly value: number;
}

const number = (suffix: string, value: number, label: OtlpNumber['label'] = null): OtlpNumber => ({
  suffix,
  label,
  value,
});

/* Cumulated as Prometheus has them, `le` being the upper bound. */
function* buckets({ bucketCounts = [], bounds = [] }: OtlpPoint, scale: number): Iterable<OtlpNumber> {
  let below = 0;
  for (const [at, count] of bucketCounts.entries()) {
    below += count;
    const bound = bounds[at];
    yield number('_bucket', below * scale, ['le', bound === undefined ? '+Inf' : String(bound)]);
  }
}

/**
 * The numbers of a point as Prometheus would have them: a histogram's `_count`, `_sum` and cumulated `_bucket{le}`, a
 * summary's quantiles. Deltas become rates per second over their own span, so they are gauges; without a span there is none.
 */
export function* otlpNumbers(metric: OtlpMetric, point: OtlpPoint): Iterable<OtlpNumber> {
  const spanMs = point.timeMs - point.startMs;
  if (metric.isDelta && !(spanMs > 0)) return;
  const scale = metric.isDelta ? 1000 / spanMs : 1;
  if (point.value !== undefined) yield number('', point.value * scale);
  if (point.count === undefined) return;
  yield number('_count', point.count * scale);
  if (point.sum !== undefined) yield number('_sum', point.sum * scale);
  if (metric.kind === 'histogram') yield* buckets(point, scale);
  for (const { quantile, value } of point.quantiles ?? [])
    yield number('', value, ['quantile', String(quantile)]);
}
