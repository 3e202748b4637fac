import type { ScoringModel } from '../model/scoring-model.ts';
import { beginningContext } from '../pipeline/scoring/beginning-context.ts';
import { initialGuards } from '../pipeline/scoring/guards/initial-guards.ts';
import type { InitialCalibrations } from '../pipeline/scoring/initial-calibrations.ts';
import { initialCalibrations } from '../pipeline/scoring/initial-calibrations.ts';
import type { ScoringContext } from '../pipeline/scoring/scoring-state.ts';
import type { HoldOutResult } from './score-hold-out.ts';
import { scoreRecent, type RecentScoring } from './score-recent.ts';

/** What a model begins with, and how its steps are scored then. */
export interface Beginning {
  readonly recent: readonly HoldOutResult[];
  readonly calibrations: InitialCalibrations;
  readonly context: ScoringContext;
}

/**
 * Scores a model's recent rows and makes its first thresholds and guards from them. What a step is held against before it has scored any
 * live one: these thresholds, no offset. Throws the signal's reason.
 */
export async function beginningOf(
  model: ScoringModel,
  history: Parameters<typeof scoreRecent>[1],
  scoring: RecentScoring,
): Promise<Beginning> {
  const { spec } = scoring;
  const recent = await scoreRecent(model, history, scoring);
  const calibrations = initialCalibrations(
    recent,
    { stepMs: spec.stepMs, timezone: spec.training.timezone },
    initialGuards(recent),
  );
  return { recent, calibrations, context: beginningContext({ spec, model, calibrations }) };
}
