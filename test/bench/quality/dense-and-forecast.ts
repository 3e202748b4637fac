import type { ScoringModel } from '../../../src/model/scoring-model.ts';
import type { LabelledEntity } from './labelled-entity.ts';
import type { Verdict } from './quality.ts';
import { straydVerdicts } from './strayd-verdicts.ts';

/** One net for all and the forecast, the plain way: neither linear members, range guard nor newest-row rule beside them. */
export function denseAndForecast(entities: readonly LabelledEntity[], seed: number): Promise<Verdict[]> {
  return straydVerdicts(entities, seed, {
    spec: (spec) => ({ ...spec, model: { ...spec.model, type: 'dense' } }),
    model: (model) => withoutNewestRowRule(withoutRangeGuard(model)),
  });
}

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
