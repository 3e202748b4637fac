import type { FeatureSpec } from '../../core/detector.ts';
import type { Contribution } from '../effects.ts';
import { guardPart } from './range-guard.ts';
import type { RawScore } from './raw-scores.ts';

const MOST_NAMED = 5;

/**
 * Names the features that made a score, largest part first, at most five. The model's and the guard's shares are
 * weighed by what each added to S.
 */
export function contributionsOf(score: RawScore, features: readonly FeatureSpec[]): Contribution[] {
  const { model, guard, profile, newestRow } = score;
  const fromGuard = guardPart(guard.g);
  const weight = fromGuard === 0 ? 0 : fromGuard / (fromGuard + Math.max(0, model.logError));
  const guardSum = guard.distances.reduce((sum, d) => sum + d, 0);
  return features
    .map((feature, j) => {
      const distance = guard.distances[j] ?? 0;
      const guardShare = guardSum === 0 ? 0 : distance / guardSum;
      return {
        feature: feature.name,
        unit: feature.unit,
        ratio: weight * guardShare + (1 - weight) * (model.contributions[j] ?? 0),
        seen: newestRow[j] ?? Number.NaN,
        expected: model.expected[j] ?? Number.NaN,
        range:
          distance > 0 ? { low: profile.low[j] ?? Number.NaN, high: profile.high[j] ?? Number.NaN } : null,
      };
    })
    .sort((a, b) => b.ratio - a.ratio || (a.feature < b.feature ? -1 : 1))
    .slice(0, MOST_NAMED);
}
