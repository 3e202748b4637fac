import type { ScoreTail } from '../../core/score-tail.ts';
import { fitScoreTail, KEPT_QUANTILE } from '../../core/score-tail.ts';
import { ScoreHistogram } from '../../core/score-histogram.ts';
import type { InitialGuards } from './guards/initial-guards.ts';
import { NO_GUARDS } from './guards/initial-guards.ts';
import type { CalibrationSetting } from './entity-calibration.ts';
import { EntityCalibration } from './entity-calibration.ts';
import { ScoreDay } from './score-day.ts';
import type { HourProfile } from './usual-hours.ts';
import { pooledHours } from './usual-hours.ts';

/** What a model file ships for the first threshold: tails of the hold-out scores, per entity, cohort and over all. */
export interface InitialCalibrations {
  /** Entities that were trained on; they share a detector-wide budget. */
  readonly entityCount: number;
  readonly overall: ScoreTail;
  readonly cohorts: ReadonlyMap<string, ScoreTail>;
  /** `EntityCalibration` bytes by entity. */
  readonly entities: ReadonlyMap<string, Uint8Array>;
  /** What scores usually come to by the hour, by cohort. */
  readonly hours: ReadonlyMap<string, HourProfile>;
  readonly guards: InitialGuards;
}

/** Hold-out scores of one entity in step order; at least one. */
export interface HoldOutScores {
  readonly entity: string;
  readonly cohort: string;
  readonly steps: readonly number[];
  readonly raw: readonly number[];
}

/** Makes the first calibrations from hold-out scores; throws without a score. */
export function initialCalibrations(
  scores: readonly HoldOutScores[],
  { stepMs, timezone }: { readonly stepMs: number; readonly timezone: string },
  guards: InitialGuards = NO_GUARDS,
): InitialCalibrations {
  const scored = scores.filter((one) => one.raw.length > 0);
  const overall = pooledTail(scored);
  const cohorts = new Map(
    [...new Set(scored.map((one) => one.cohort))].map((cohort) => [
      cohort,
      pooledTail(scored.filter((one) => one.cohort === cohort)),
    ]),
  );
  const fitted = scored.map((one) => {
    const cohort = { ...(cohorts.get(one.cohort) ?? overall), keptQuantile: keptQuantile(one.raw) };
    const never = { nextRefitMs: () => Infinity, excluded: () => [] };
    const calibration = new EntityCalibration({ stepMs, timezone, cohort, cohortHours: null, ...never });
    one.steps.forEach((step, i) => calibration.add(step, one.raw[i] ?? 0));
    calibration.refit(calibration.upToStep);
    return { entity: one.entity, cohort: one.cohort, calibration };
  });
  const hours = new Map(
    [...cohorts.keys()].map((cohort) => {
      const members = fitted.filter((one) => one.cohort === cohort);
      return [cohort, pooledHours(members.map(({ calibration }) => calibration.hourProfile()))];
    }),
  );
  const entities = new Map(fitted.map(({ entity, calibration }) => [entity, calibration.toBytes()]));
  return { entityCount: scored.length, overall, cohorts, entities, hours, guards };
}

/** What stands in for an entity's own scores: its cohort's, or over all for a cohort never seen. */
export function cohortStandIn(
  calibrations: InitialCalibrations,
  cohort: string,
): Pick<CalibrationSetting, 'cohort' | 'cohortHours'> {
  return {
    cohort: calibrations.cohorts.get(cohort) ?? calibrations.overall,
    cohortHours: calibrations.hours.get(cohort) ?? null,
  };
}

function pooledTail(scores: readonly HoldOutScores[]): ScoreTail {
  const days = scores.map((one) => {
    const day = new ScoreDay(one.steps[0] ?? 0, keptQuantile(one.raw));
    one.steps.forEach((step, i) => day.add(step, one.raw[i] ?? 0));
    return day;
  });
  const tail = fitScoreTail(days);
  if (tail === null)
    throw new RangeError('no hold-out score to calibrate from; keep at least one row as hold-out');
  return tail;
}

function keptQuantile(raw: readonly number[]): number {
  const histogram = new ScoreHistogram();
  for (const score of raw) histogram.add(score);
  return histogram.quantile(KEPT_QUANTILE);
}
