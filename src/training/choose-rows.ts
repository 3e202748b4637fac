import type { DetectorSpec } from '../core/detector.ts';
import { plausibleRanges, type PlausibleRange } from './plausible-range.ts';
import type { ExcludedSpan, TrainingEntity, TrainingSegment } from './training-input.ts';

/** Share of an entity's rows, the newest, that judge the model (RECIPE §1.2). */
const HOLD_OUT_SHARE = 0.2;

/** What is used of one entity, and why the rest is not. */
export interface ChosenRows {
  readonly entity: string;
  readonly cohort: string;
  /** Consecutive normal rows, oldest first. */
  readonly stretches: readonly TrainingSegment[];
  readonly rows: number;
  /** Rows of steps from here on are hold-out. */
  readonly holdOutFrom: number;
  /** Rows left out by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/**
 * Chooses an entity's rows: those within `training.span` of its newest step that lie in no excluded span, hold some
 * value and none that is absurd (`plausibleRanges`), in stretches of at least the shortest window.
 */
export function chooseRows(
  entity: TrainingEntity,
  excluded: readonly ExcludedSpan[],
  spec: Pick<DetectorSpec, 'features' | 'windows' | 'stepMs' | 'training'>,
): ChosenRows {
  const features = spec.features.length;
  const own = excluded.filter((span) => span.entity === entity.entity);
  const newest = Math.max(
    -Infinity,
    ...entity.segments.map((segment) => segment.firstStep + segment.count - 1),
  );
  const oldest = newest - spec.training.spanMs / spec.stepMs;
  const leastRows = Math.min(...spec.windows);
  const leftOut: Record<string, number> = {};
  const leave = (reason: string, rows = 1): void => {
    leftOut[reason] = (leftOut[reason] ?? 0) + rows;
  };
  const stretches: TrainingSegment[] = [];
  const ranges = plausibleRanges(entity.segments, features);
  for (const segment of entity.segments) {
    let begin = 0;
    const cut = (end: number): void => {
      const count = end - begin;
      const values = segment.values.subarray(begin * features, end * features);
      if (count >= leastRows) stretches.push({ firstStep: segment.firstStep + begin, count, values });
      else if (count > 0) leave('too_short', count);
    };
    for (let row = 0; row < segment.count; row++) {
      const step = segment.firstStep + row;
      const reason =
        step <= oldest
          ? 'older_than_span'
          : (own.find((span) => step >= span.firstStep && step <= span.lastStep)?.reason ??
            faultOf(segment.values.subarray(row * features, (row + 1) * features), ranges));
      if (reason === null) continue;
      leave(reason);
      cut(row);
      begin = row + 1;
    }
    cut(segment.count);
  }
  const rows = stretches.reduce((sum, stretch) => sum + stretch.count, 0);
  return {
    entity: entity.entity,
    cohort: entity.cohort,
    stretches,
    rows,
    holdOutFrom: stepOfRow(stretches, Math.floor(rows * (1 - HOLD_OUT_SHARE))),
    leftOut,
  };
}

function faultOf(row: Float64Array, ranges: readonly PlausibleRange[]): string | null {
  if (!row.some((value) => Number.isFinite(value))) return 'no_value';
  const isAbsurd = ranges.some(({ low, high }, feature) => {
    const value = row[feature] ?? Number.NaN;
    return value < low || value > high;
  });
  return isAbsurd ? 'absurd_value' : null;
}

function stepOfRow(stretches: readonly TrainingSegment[], row: number): number {
  let before = 0;
  for (const stretch of stretches) {
    if (row < before + stretch.count) return stretch.firstStep + row - before;
    before += stretch.count;
  }
  return Infinity;
}
