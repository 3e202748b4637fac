import type { TrainingSegment } from './training-input.ts';

/** Between which values a feature is learned from; both infinite where nothing can be said. */
export interface PlausibleRange {
  readonly low: number;
  readonly high: number;
}

const MOST_VALUES = 5000;
/**
 * So many times its usual distance from the median a value is a sender's fault, not a state of the entity: real
 * incidents reach hundreds. One such value would else be the whole spread that the others are scaled by.
 */
const FAR = 1e6;
const WIDE_QUANTILE = 0.9;

/** An entity's plausible range by feature: median ± a million times the .9 quantile of the distance from it. */
export function plausibleRanges(segments: readonly TrainingSegment[], features: number): PlausibleRange[] {
  const rows = segments.reduce((sum, { count }) => sum + count, 0);
  const stride = Math.max(1, Math.ceil(rows / MOST_VALUES));
  return Array.from({ length: features }, (_, feature) => {
    const values: number[] = [];
    let row = 0;
    for (const segment of segments) {
      for (let own = 0; own < segment.count; own++, row++) {
        const value = segment.values[own * features + feature];
        if (row % stride === 0 && value !== undefined && Number.isFinite(value)) values.push(value);
      }
    }
    return rangeOf(values);
  });
}

function rangeOf(values: number[]): PlausibleRange {
  const middle = quantile(values, 0.5);
  const reach =
    FAR *
    quantile(
      values.map((value) => Math.abs(value - middle)),
      WIDE_QUANTILE,
    );
  // A feature that hardly ever moves tells nothing of how far it may.
  return reach > 0 ? { low: middle - reach, high: middle + reach } : { low: -Infinity, high: Infinity };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
