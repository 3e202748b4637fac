import type { EntityProfile, ModelScore, ScoreItem, ScoringModel } from '../../model/scoring-model.ts';
import type { EntityGuards } from './guards/entity-guards.ts';
import { runningGuardsPart, trainingRangePart } from './guards/guard-parts.ts';
import type { RunningReading } from './guards/guard-reading.ts';
import type { TrainingRangeReading } from './guards/training-range.ts';
import { readTrainingRange } from './guards/training-range.ts';
import type { Normal } from './normals/normal.ts';
import type { NormalView } from './normals/normal-views.ts';

/** A running reading below that is a value hardly beyond the largest of late: not unusual. */
const UNUSUAL_G = 0.01;

/** A step's score before calibration. */
export interface RawScore {
  readonly model: ModelScore;
  readonly guard: TrainingRangeReading;
  readonly running: RunningReading;
  /** As it came, in the features' own units. */
  readonly newestRow: Float64Array;
  readonly profile: EntityProfile;
  /** The level that explained the row best, `null` where only the model's own is known. */
  readonly normal: Normal | null;
  /** S: the model's log error and the guards' parts. */
  readonly raw: number;
}

/** A step's last rows, and what is known of its entity, which is the same for all its steps. */
export interface GuardedItem extends ScoreItem {
  readonly step: number;
  readonly profile: EntityProfile;
  readonly guards: EntityGuards;
  /** The rows as each level that the entity may be at sees them; absent: as they are. */
  readonly views?: readonly NormalView[];
}

interface Viewed extends ScoreItem {
  readonly normal: Normal | null;
}

/**
 * Scores items in one call of the model and reads the guards of each newest row, which take it in: an entity's items must be
 * in step order. Of several levels that an entity may be at the one with the least score counts. Training and the live path both
 * come here.
 */
export function scoreRaw(model: ScoringModel, items: readonly GuardedItem[]): RawScore[] {
  const viewed = items.flatMap(viewsOf);
  const scores = viewed.length === 0 ? [] : model.score(viewed);
  let at = 0;
  return items.map((item) => {
    const newestRow = lastRow(item, model.features.length);
    // The running guards widen by themselves; they read what came, whatever level it is at.
    const running = item.guards.read(item.step, newestRow);
    let best: RawScore | null = null;
    for (const view of viewsOf(item)) {
      const score = checked(model, item, scores[at++]);
      const guard = readTrainingRange(item.profile, lastRow(view, model.features.length));
      const raw = score.logError + trainingRangePart(guard.g) + runningGuardsPart(running, score);
      if (best !== null && raw >= best.raw) continue;
      best = { model: score, guard, running, newestRow, profile: item.profile, normal: view.normal, raw };
    }
    if (best === null) throw new RangeError(`no level of ${item.entity} to score it at`);
    return best;
  });
}

function viewsOf({ entity, cohort, rows, count, views }: GuardedItem): readonly Viewed[] {
  if (views === undefined) return [{ entity, cohort, rows, count, normal: null }];
  return views.map((view) => ({ entity, cohort, count, rows: view.rows, normal: view.normal }));
}

function lastRow({ rows, count }: ScoreItem, features: number): Float64Array {
  return rows.slice((count - 1) * features, count * features);
}

function checked(model: ScoringModel, item: ScoreItem, score: ModelScore | undefined): ModelScore {
  if (score !== undefined && !Number.isNaN(score.logError)) return score;
  throw new Error(
    `model ${model.version} of detector ${model.detector} gave no score for entity ${item.entity} from ` +
      `${item.count} rows (needs ${model.rowsLeast}); this is a defect of the model, please report it`,
  );
}

/** The newest row's own error is above its hold-out .9 quantile, or a guard speaks of it: only then a step can be over (DESIGN §5.10). */
export function isRowUnusual({ model, guard, running }: RawScore): boolean {
  return (
    model.newestRowRatio > 1 ||
    guard.g > 0 ||
    (running.g >= UNUSUAL_G && runningGuardsPart(running, model) > 0)
  );
}
