import type { EntityProfile, ModelScore, ScoreItem, ScoringModel } from '../../model/scoring-model.ts';
import type { GuardReading } from './range-guard.ts';
import { guardPart, readRangeGuard } from './range-guard.ts';

/** A step's score before calibration. */
export interface RawScore {
  readonly model: ModelScore;
  readonly guard: GuardReading;
  readonly newestRow: Float64Array;
  readonly profile: EntityProfile;
  /** S: the model's log error and the guard's part. */
  readonly raw: number;
}

/** A step's last rows, and the profile of its entity, which is the same for all its steps. */
export interface ProfiledItem extends ScoreItem {
  readonly profile: EntityProfile;
}

/** Scores items in one call of the model and reads the guard of each newest row. Training and the live path both come here. */
export function scoreRaw(model: ScoringModel, items: readonly ProfiledItem[]): RawScore[] {
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
    const guard = readRangeGuard(profile, newestRow);
    return { model: score, guard, newestRow, profile, raw: score.logError + guardPart(guard.g) };
  });
}
