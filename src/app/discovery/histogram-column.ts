import { bucketQuantile } from '../../core/bucket-quantile.ts';
import type { FeatureSpec } from '../../core/detector.ts';
import { stepOf } from '../../core/step-grid.ts';
import { COUNT, featureMetrics, SUM } from '../../pipeline/series/histogram-part.ts';
import { levelsOf, ratesOf } from './seen-values.ts';
import type { SeenSeries } from './series-census.ts';

/** What a feature made from a histogram would be by step, of one entity's parts; steps that observe nothing are missing. */
export function histogramColumn(
  spec: FeatureSpec,
  parts: readonly SeenSeries[],
  stepMs: number,
): Map<number, number> {
  const atStep = new Map<number, Map<number, number>>();
  for (const series of parts) {
    const part = featureMetrics(spec)
      .find(({ metric }) => metric === series.metric)
      ?.partOf(series.labels);
    if (part === undefined || part === null) continue;
    const newest = new Map<number, number>();
    // Deltas come as rates.
    const rates = series.isDelta === true ? levelsOf(series) : ratesOf(series);
    for (const [timeMs, rate] of rates) newest.set(stepOf(timeMs, stepMs), rate);
    for (const [step, rate] of newest) {
      const sums = atStep.get(step) ?? new Map<number, number>();
      sums.set(part, (sums.get(part) ?? 0) + rate);
      atStep.set(step, sums);
    }
  }
  const column = [...atStep].map(([step, sums]) => [step, valueOf(spec, sums)] as const);
  return new Map(column.filter(([, value]) => Number.isFinite(value)));
}

function valueOf({ as, quantile }: FeatureSpec, sums: ReadonlyMap<number, number>): number {
  if (as === 'mean') return (sums.get(SUM) ?? NaN) / (sums.get(COUNT) ?? NaN);
  const bounds = [...sums.keys()].sort((a, b) => a - b);
  return bucketQuantile(quantile ?? NaN, { bounds, counts: bounds.map((bound) => sums.get(bound) ?? NaN) });
}
