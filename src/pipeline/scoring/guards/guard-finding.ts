import type { EntityProfile } from '../../../model/scoring-model.ts';
import type { GuardFinding } from '../../effects.ts';
import type { Exceedance, RunningReading } from './guard-reading.ts';
import { spreadOf } from './recent-values.ts';
import { isWeekend } from './time-of-day.ts';

/** A guard that is hardly past its range is no reason that anybody would want to read. */
const LEAST_TOLD = 0.05;

/** What the loudest running guard has to say of a feature, in the feature's unit; `null` if nothing is worth telling. */
export function guardFinding(
  { exceedances }: RunningReading,
  feature: number,
  profile: EntityProfile,
): GuardFinding | null {
  let loudest: Exceedance | null = null;
  for (const one of exceedances) {
    if (one.feature !== feature || one.distance < LEAST_TOLD) continue;
    if (loudest === null || one.distance > loudest.distance) loudest = one;
  }
  if (loudest === null) return null;
  const { guard, slot } = loudest;
  const mean = profile.mean[feature] ?? Number.NaN;
  const sd = profile.sd[feature] ?? Number.NaN;
  const own = (scaled: number): number => (guard === 'spread' ? sd * spreadOf(scaled) : mean + sd * scaled);
  const [seen, lowest, high] = [own(loudest.seen), own(loudest.low), own(loudest.high)];
  // What is usual at an hour is its mean and a distance, which may lead below what can be.
  const isNeverNegative = (profile.low[feature] ?? -Infinity) >= 0;
  const low = isNeverNegative && high > 0 && seen >= 0 ? Math.max(0, lowest) : lowest;
  // An alert is kept as JSON, which has no infinity.
  if (!Number.isFinite(seen) || !Number.isFinite(low) || !Number.isFinite(high)) return null;
  return { guard, seen, low, high, weekend: isWeekend(slot) };
}
