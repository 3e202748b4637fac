import { setImmediate } from 'node:timers/promises';
import type { ScoringModel } from '../model/scoring-model.ts';
import type { HoldOutScores } from '../pipeline/scoring/initial-calibrations.ts';
import type { ProfiledItem } from '../pipeline/scoring/raw-scores.ts';
import { scoreRaw } from '../pipeline/scoring/raw-scores.ts';
import type { ChosenRows } from './choose-rows.ts';

/** Items in one call of the model. */
const BATCH = 512;

/** What a model says of one entity's hold-out. */
export interface HoldOutResult extends HoldOutScores {
  /** The model's part of each score, without the guards. */
  readonly logErrors: readonly number[];
}

/**
 * Scores an entity's hold-out rows as the live path would, windows reaching back into training rows. Rows with less
 * than `rowsLeast` behind them are left out. Gives way to other work between batches; throws the signal's reason.
 */
export async function scoreHoldOut(
  model: ScoringModel,
  chosen: ChosenRows,
  signal?: AbortSignal,
): Promise<HoldOutResult> {
  const { entity, cohort } = chosen;
  const wanted = itemsOf(model, chosen);
  const steps: number[] = [];
  const raw: number[] = [];
  const logErrors: number[] = [];
  for (let at = 0; at < wanted.length; at += BATCH) {
    await setImmediate();
    signal?.throwIfAborted();
    const batch = wanted.slice(at, at + BATCH);
    const scores = scoreRaw(
      model,
      batch.map(({ item }) => item),
    );
    scores.forEach((score, i) => {
      steps.push(batch[i]?.step ?? Number.NaN);
      raw.push(score.raw);
      logErrors.push(score.model.logError);
    });
  }
  return { entity, cohort, steps, raw, logErrors };
}

function itemsOf(
  model: ScoringModel,
  chosen: ChosenRows,
): { readonly step: number; readonly item: ProfiledItem }[] {
  const features = model.features.length;
  const { entity, cohort, stretches, holdOutFrom } = chosen;
  const profile = model.profile(entity, cohort);
  return stretches.flatMap(({ firstStep, count, values }) => {
    const first = Math.max(model.rowsLeast - 1, holdOutFrom - firstStep);
    return Array.from({ length: Math.max(0, count - first) }, (_, i) => {
      const row = first + i;
      const rowsCount = Math.min(model.rowsNeeded, row + 1);
      const rows = values.subarray((row + 1 - rowsCount) * features, (row + 1) * features);
      return { step: firstStep + row, item: { entity, cohort, rows, count: rowsCount, profile } };
    });
  });
}
