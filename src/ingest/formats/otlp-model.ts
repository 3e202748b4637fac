/** Attribute values that can be a label; the protocol's others (lists, maps, bytes) become `null`. */
export type OtlpAttribute = readonly [key: string, value: string | null];

/** A data point of any kind; what a kind doesn't have is missing. Times in Unix ms, NaN if not given. */
export interface OtlpPoint {
  readonly attributes: readonly OtlpAttribute[];
  readonly startMs: number;
  readonly timeMs: number;
  /** The flag "no recorded value": the series has ended here. */
  readonly isStale: boolean;
  /** Of a gauge or sum. */
  readonly value?: number;
  /** Of histograms and summaries. */
  readonly count?: number;
  readonly sum?: number;
  /** Observations in each bucket, one more than `bounds`. */
  readonly bucketCounts?: readonly number[];
  readonly bounds?: readonly number[];
  readonly quantiles?: readonly { readonly quantile: number; readonly value: number }[];
}

export type OtlpKind = 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram' | 'summary';

/** A metric with its points, the same from protobuf and from JSON. */
export interface OtlpMetric {
  readonly name: string;
  readonly kind: OtlpKind;
  /** Points count from their own start time, not from the series'. */
  readonly isDelta: boolean;
  readonly points: readonly OtlpPoint[];
}

/** Metrics of one resource. */
export interface OtlpResource {
  readonly attributes: readonly OtlpAttribute[];
  readonly metrics: readonly OtlpMetric[];
}

/** `aggregation_temporality` of deltas. */
export const DELTA = 1;
/** Bit of `flags` for "no recorded value". */
export const NO_RECORDED_VALUE = 1;
