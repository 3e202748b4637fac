import type { ModelSpec } from '../core/detector.ts';
import { canonicalOrder, reorderColumns } from './ensemble-parts.ts';
import { fitScale, scaleRows } from './feature-scale.ts';
import type { FeatureScale } from './feature-scale.ts';
import type { Stretch } from './lagged-covariance.ts';

/** Consecutive rows `[n, features]` of one entity: steps `firstStep`, `firstStep` + 1, … NaN is missing. */
export interface FitSegment {
  readonly firstStep: number;
  readonly rows: Float64Array;
}

/** One entity's normal rows, gaps and exclusions already cut out. */
export interface FitEntity {
  readonly entity: string;
  readonly cohort: string;
  readonly segments: readonly FitSegment[];
  /** Steps before are trained on, this one and later ones are hold-out; no window crosses. */
  readonly holdOutFromStep: number;
}

/** All that a model is made from: equal inputs give equal bytes on the same backend. */
export interface FitInput {
  readonly detector: string;
  readonly features: readonly string[];
  readonly stepMs: number;
  /** Window lengths in steps, ascending. */
  readonly windows: readonly number[];
  readonly modelSpec: ModelSpec;
  readonly seed: number;
  /**
   * Fine-tuning: saved nets of the version in use, by group, that the new ones go on from; where there is none, a cohort's net goes on
   * from the fleet's. Absent: every net starts from nothing.
   */
  readonly bases?: ReadonlyMap<string, Uint8Array>;
  readonly entities: readonly FitEntity[];
}

/** An entity's rows, split and in sorted column order, not yet scaled. */
export interface SplitEntity {
  readonly entity: string;
  readonly cohort: string;
  readonly training: readonly Float64Array[];
  readonly holdOut: readonly Float64Array[];
  readonly trainingRows: number;
  readonly holdOutRows: number;
  /** Of the training rows alone, unless there are too few; the range is that of all rows. */
  readonly ownScale: FeatureScale;
}

/** An entity's rows, scaled, ready for the members. */
export interface ScaledEntity {
  readonly entity: string;
  readonly scale: FeatureScale;
  readonly training: readonly Stretch[];
  readonly holdOut: readonly Stretch[];
  readonly trainingRows: number;
}

/** Splits every entity's rows at its hold-out, sorted by name; entities without rows are left out. */
export function splitEntities(input: FitInput, leastRows: number): SplitEntity[] {
  const order = canonicalOrder(input.features);
  const width = order.length;
  return input.entities
    .map(({ entity, cohort, segments, holdOutFromStep }): SplitEntity => {
      const training: Float64Array[] = [];
      const holdOut: Float64Array[] = [];
      for (const { firstStep, rows } of segments) {
        if (rows.length % width !== 0) {
          throw new RangeError(
            `entity "${entity}": a segment of ${String(rows.length)} values is no whole number of ${String(width)}-feature rows`,
          );
        }
        const ordered = reorderColumns(rows, order);
        const cut = Math.max(0, Math.min(rows.length, (holdOutFromStep - firstStep) * width));
        if (cut > 0) training.push(ordered.subarray(0, cut));
        if (cut < rows.length) holdOut.push(ordered.subarray(cut));
      }
      const all = fitScale([...training, ...holdOut], width);
      const trainingRows = countRows(training, width);
      const base = trainingRows < leastRows ? all : fitScale(training, width);
      return {
        entity,
        cohort,
        training,
        holdOut,
        trainingRows,
        holdOutRows: countRows(holdOut, width),
        ownScale: { ...base, low: all.low, high: all.high },
      };
    })
    .filter((entity) => entity.trainingRows + entity.holdOutRows > 0)
    .sort((a, b) => (a.entity < b.entity ? -1 : 1));
}

/** Scales an entity's rows. */
export function scaleEntity(entity: SplitEntity, scale: FeatureScale): ScaledEntity {
  const width = scale.mean.length;
  const scaled = (stretches: readonly Float64Array[]): Stretch[] =>
    stretches.map((rows) => {
      const count = rows.length / width;
      return { rows: scaleRows(rows, 0, count, scale), count };
    });
  return {
    entity: entity.entity,
    scale,
    training: scaled(entity.training),
    holdOut: scaled(entity.holdOut),
    trainingRows: entity.trainingRows,
  };
}

function countRows(stretches: readonly Float64Array[], width: number): number {
  return stretches.reduce((sum, rows) => sum + rows.length / width, 0);
}
