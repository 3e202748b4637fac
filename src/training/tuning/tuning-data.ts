import type { DetectorSpec } from '../../core/detector.ts';
import { fitScale } from '../../model/feature-scale.ts';
import { chooseRows } from '../choose-rows.ts';
import type { ExcludedSpan, TrainingEntity, TrainingSegment } from '../training-input.ts';

/** One entity's normal rows in three parts by age: learned from, chosen by, and judged by. */
export interface TuningEntity {
  readonly entity: string;
  readonly cohort: string;
  /** Consecutive normal rows, oldest first, of all parts. */
  readonly stretches: readonly TrainingSegment[];
  /** Rows of steps from here on choose among candidates, and stop the net's training. */
  readonly selectFrom: number;
  /** Rows of steps from here on are seen by no training and no choice: they judge what was gained. */
  readonly judgeFrom: number;
  /** sd of each feature over the rows that are learned from. */
  readonly spreads: Float64Array;
}

/** There is nothing to tune, or too little to tune it on; the message says what to do. */
export class TuningImpossible extends Error {
  override readonly name = 'TuningImpossible';
}

const SELECT_AFTER = 0.7;
const JUDGE_AFTER = 0.85;

/**
 * The normal rows that a training would learn from (`chooseRows`), in three parts, of each entity with at least
 * `training.min_steps` of them. Throws `TuningImpossible` if there is none.
 */
export function tuningData(
  entities: readonly TrainingEntity[],
  excluded: readonly ExcludedSpan[],
  spec: DetectorSpec,
): TuningEntity[] {
  const chosen = entities.map((entity) => chooseRows(entity, excluded, spec));
  const enough = chosen.filter(({ rows }) => rows >= spec.training.minSteps);
  if (enough.length === 0) {
    const most = chosen.reduce((sum, { rows }) => Math.max(sum, rows), 0);
    throw new TuningImpossible(
      `Too little history to tune ${spec.name}: the entity with most has ${String(most)} normal steps, ` +
        `${String(spec.training.minSteps)} are wanted. "strayd run" collects the history.`,
    );
  }
  return enough.map(({ entity, cohort, stretches, rows }) => {
    const selectFrom = stepOfRow(stretches, Math.floor(SELECT_AFTER * rows));
    const judgeFrom = stepOfRow(stretches, Math.floor(JUDGE_AFTER * rows));
    const learned = segmentsBefore(stretches, selectFrom).map(({ values }) => values);
    const spreads = fitScale(learned, spec.features.length).sd;
    return { entity, cohort, stretches, selectFrom, judgeFrom, spreads };
  });
}

/** What lies before a step, the stretch across it cut there. */
export function segmentsBefore(stretches: readonly TrainingSegment[], step: number): TrainingSegment[] {
  return stretches.flatMap(({ firstStep, count, values }) => {
    const kept = Math.min(count, step - firstStep);
    if (kept <= 0) return [];
    return [{ firstStep, count: kept, values: values.subarray(0, (values.length / count) * kept) }];
  });
}

function stepOfRow(stretches: readonly TrainingSegment[], row: number): number {
  let before = 0;
  for (const { firstStep, count } of stretches) {
    if (row < before + count) return firstStep + row - before;
    before += count;
  }
  return Infinity;
}
