import type { ScoringModel } from '../../../src/model/scoring-model.ts';

/** A model whose entities have seen all values, so that none is out of range. */
export function withoutRangeGuard(model: ScoringModel): ScoringModel {
  return {
    ...model,
    profile: (entity, cohort) => {
      const profile = model.profile(entity, cohort);
      return { ...profile, low: profile.low.map(() => -Infinity), high: profile.high.map(() => Infinity) };
    },
  };
}

/** A model to which each newest row is unusual, so that the score alone decides. */
export function withoutNewestRowRule(model: ScoringModel): ScoringModel {
  return {
    ...model,
    score: (items) => model.score(items).map((score) => ({ ...score, newestRowRatio: Infinity })),
  };
}
