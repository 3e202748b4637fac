import type { EntityProfile, ModelScore, ScoreItem, ScoringModel } from '../../model/scoring-model.ts';
import type { EntityGuards } from './guards/entity-guards.ts';
import { runningGuardsPart, trainingRangePart } from './guards/guard-parts.ts';
import type { RunningReading } from './guards/guard-reading.ts';
import type { TrainingRangeReading } from './guards/training-range.ts';
import { readTrainingRange } from './guards/training-range.ts';

/** A running reading below that is a value hardly beyond the largest of late: not unusual. */
const UNUSUAL_G = 0.01;

/** A step's score before calibration. */
export interface RawScore {
  readonly model: ModelScore;
  readonly guard: TrainingRangeReading;
  readonly running: RunningReading;
  readonly newestRow: Float64Array;
  readonly profile: EntityProfile;
  /** S: the model's log error and the guards' parts. */
  readonly raw: number;
}

/** A step's last rows, and what is known of its entity, which is the same for all its steps. */
export interface GuardedItem extends ScoreItem {
  readonly step: number;
  readonly profile: EntityProfile;
  readonly guards: EntityGuards;
}

/**
 * Scores items in one call of the model and reads the guards of each newest row, which take it in: an entity's items must be
 * in step order. Training and the live path both come here.
 */
export function scoreRaw(model: ScoringModel, items: readonly GuardedItem[]): RawScore[] {
  const features = model.features.length;
  const scores = items.length === 0 ? [] : model.score(items);
  return items.map((item, i) => {
    const score = scores[i];
    if (score === undefined || Number.isNaN(score.logError)) {
      throw new Error(
        `model ${model.version} of detector ${model.detector} gave no score for entity ${item.entity} from ` +
          `${item.count} rows (needs ${model.rowsLeast}); this is a defect of the model, please report it`,
      );
    }
    const newestRow = item.rows.slice((item.count - 1) * features, item.count * features);
    const { profile } = item;
    const guard = readTrainingRange(profile, newestRow);
    const running = item.guards.read(item.step, newestRow);
    const raw = score.logError + trainingRangePart(guard.g) + runningGuardsPart(running.g, score);
    return { model: score, guard, running, newestRow, profile, raw };
  });
}

/** The newest row's own error is above its hold-out .9 quantile, or a guard speaks of it: only then a step can be over (DESIGN §5.10). */
export function isRowUnusual({ model, guard, running }: RawScore): boolean {
  return (
    model.newestRowRatio > 1 ||
    guard.g > 0 ||
    (running.g >= UNUSUAL_G && runningGuardsPart(running.g, model) > 0)
  );
}
