import { isOfHistogram } from '../../core/is-of-histogram.ts';
import { stepOf } from '../../core/step-grid.ts';
import type { FeatureCandidate } from './feature-candidates.ts';
import { histogramColumn } from './histogram-column.ts';
import { levelsOf, ratesOf } from './seen-values.ts';

/** A candidate's values by entity and step, as the pipeline's grid would have them: rates from the sample before, series joined. */
export type Column = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** The column that a candidate would be, from what was seen of its series. */
export function columnOf({ spec, byEntity }: FeatureCandidate, stepMs: number): Column {
  const column = new Map<string, ReadonlyMap<number, number>>();
  for (const [entity, series] of byEntity) {
    if (isOfHistogram(spec)) {
      column.set(entity, histogramColumn(spec, series, stepMs));
      continue;
    }
    const atStep = new Map<number, number[]>();
    for (const one of series) {
      const own = spec.as === 'rate' ? ratesOf(one) : levelsOf(one);
      const newest = new Map<number, number>();
      for (const [timeMs, value] of own) newest.set(stepOf(timeMs, stepMs), value);
      for (const [step, value] of newest) {
        const values = atStep.get(step);
        if (values === undefined) atStep.set(step, [value]);
        else values.push(value);
      }
    }
    column.set(entity, new Map([...atStep].map(([step, values]) => [step, joined(values, spec.aggregate)])));
  }
  return column;
}

function joined(values: readonly number[], aggregate: FeatureCandidate['spec']['aggregate']): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (aggregate) {
    case 'sum':
      return sum;
    case 'mean':
      return sum / values.length;
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
  }
}

/** How many values a column has. */
export function sizeOf(column: Column): number {
  let size = 0;
  for (const own of column.values()) size += own.size;
  return size;
}

/** Share of a column's values that are at least `bound`; 0 where there are none. */
export function shareAtLeast(column: Column, bound: number): number {
  const values = [...column.values()].flatMap((own) => [...own.values()]);
  return values.filter((value) => value >= bound).length / Math.max(1, values.length);
}

/** Whether some entity's values change. */
export function isMoving(column: Column): boolean {
  return [...column.values()].some((own) => {
    const values = [...own.values()];
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return high - low > 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  });
}

/** Fewest rows on which two columns are compared. */
const LEAST_ROWS = 12;
const MOST_ROWS = 2000;

/** Correlation of two columns over the steps that both have, each entity about its own mean; `null` if there are too few. */
export function correlation(a: Column, b: Column): number | null {
  let [rows, sumAA, sumBB, sumAB] = [0, 0, 0, 0];
  for (const [entity, ofA] of a) {
    const ofB = b.get(entity);
    if (ofB === undefined || rows >= MOST_ROWS) continue;
    const steps = [...ofA.keys()].filter((step) => ofB.has(step));
    const meanA = mean(steps.map((step) => ofA.get(step) ?? 0));
    const meanB = mean(steps.map((step) => ofB.get(step) ?? 0));
    for (const step of steps) {
      const [x, y] = [(ofA.get(step) ?? 0) - meanA, (ofB.get(step) ?? 0) - meanB];
      sumAA += x * x;
      sumBB += y * y;
      sumAB += x * y;
    }
    rows += steps.length;
  }
  return rows < LEAST_ROWS || sumAA === 0 || sumBB === 0 ? null : sumAB / Math.sqrt(sumAA * sumBB);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
