import type { OtlpMetric, OtlpPoint } from './otlp-model.ts';

/** A number of a point: what its metric is called, and the label that tells it from the point's others. */
export interface OtlpNumber {
  readonly suffix: string;
  readonly label: readonly [string, string] | null;
  readonly value: number;
  /** Of a delta: what it adds, of which `value` is the rate. */
  readonly increase?: number;
}

/* `scale`: from what a delta adds to its rate; null where it is none. */
const number = (written: OtlpNumber, scale: number | null): OtlpNumber =>
  scale === null ? written : { ...written, value: written.value * scale, increase: written.value };

/* Cumulated as Prometheus has them, `le` being the upper bound. */
function* buckets({ bucketCounts = [], bounds = [] }: OtlpPoint, scale: number | null): Iterable<OtlpNumber> {
  let below = 0;
  for (const [at, count] of bucketCounts.entries()) {
    below += count;
    const bound = bounds[at];
    const label = ['le', bound === undefined ? '+Inf' : String(bound)] as const;
    yield number({ suffix: '_bucket', label, value: below }, scale);
  }
}

/**
 * The numbers of a point as Prometheus would have them: a histogram's `_count`, `_sum` and cumulated `_bucket{le}`, a
 * summary's quantiles. Deltas become rates per second over their own span, so they are gauges; without a span there is none.
 */
export function* otlpNumbers(metric: OtlpMetric, point: OtlpPoint): Iterable<OtlpNumber> {
  const spanMs = point.timeMs - point.startMs;
  if (metric.isDelta && !(spanMs > 0)) return;
  const scale = metric.isDelta ? 1000 / spanMs : null;
  const plain = (suffix: string, value: number): OtlpNumber => number({ suffix, label: null, value }, scale);
  if (point.value !== undefined) yield plain('', point.value);
  if (point.count === undefined) return;
  yield plain('_count', point.count);
  if (point.sum !== undefined) yield plain('_sum', point.sum);
  if (metric.kind === 'histogram') yield* buckets(point, scale);
  for (const { quantile, value } of point.quantiles ?? [])
    yield { suffix: '', label: ['quantile', String(quantile)], value };
}
