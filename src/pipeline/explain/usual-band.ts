import { atLevel, mapOf } from '../scoring/normals/normal-views.ts';
import type { StepScore } from '../scoring/score-steps.ts';

/** Between which values a feature would have been usual at a step, in its own unit. */
export interface UsualBand {
  readonly low: number;
  readonly high: number;
}

/** Six digits draw any chart. */
const DIGITS = 6;

/**
 * The band around the forecast of a feature: within it the feature's squared error is at most the hold-out .9 quantile of rows × its
 * usual one, so that a row with every feature in its band is not unusual and can't raise an alert by the model (DESIGN §5.10). At the
 * entity's level; not below zero where training has never been. `null` without a forecast.
 */
export function usualBand({ parts }: StepScore, column: number, feature: string): UsualBand | null {
  const { model, profile, normal } = parts;
  const reach = profile.reach?.[column] ?? Number.NaN;
  const expected = model.expected[column] ?? Number.NaN;
  const map = mapOf(normal?.maps ?? [], feature);
  const isNeverNegative = (profile.low[column] ?? -Infinity) >= 0 && expected + reach > 0;
  const least = isNeverNegative ? Math.max(0, expected - reach) : expected - reach;
  const ends = [least, expected + reach].map((value) => Number(atLevel(map, value).toPrecision(DIGITS)));
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  return Number.isFinite(low) && Number.isFinite(high) ? { low, high } : null;
}
