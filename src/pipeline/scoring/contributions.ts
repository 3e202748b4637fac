import type { FeatureSpec } from '../../core/detector.ts';
import type { Contribution } from '../effects.ts';
import { guardFinding } from './guards/guard-finding.ts';
import { runningGuardsPart, trainingRangePart } from './guards/guard-parts.ts';
import { atLevel, mapOf } from './normals/normal-views.ts';
import type { RawScore } from './raw-scores.ts';

const MOST_NAMED = 5;

/**
 * Names the features that made a score, largest part first, at most `most` of them. The model's and the guards' shares are
 * weighed by what each added to S. What was expected, and the range of training, are told as they are at the entity's level.
 */
export function contributionsOf(
  score: RawScore,
  features: readonly FeatureSpec[],
  most = MOST_NAMED,
): Contribution[] {
  const { model, guard, running, profile, newestRow } = score;
  const maps = score.normal?.maps ?? [];
  const fromRange = trainingRangePart(guard.g);
  const fromRunning = runningGuardsPart(running, model);
  const fromModel = Math.max(0, model.logError);
  const fromGuards = fromRange + fromRunning;
  const rangeSum = guard.distances.reduce((sum, d) => sum + d, 0);
  const runningDistances = new Float64Array(features.length);
  for (const { feature, distance } of running.exceedances) runningDistances[feature]! += distance;
  const runningSum = runningDistances.reduce((sum, d) => sum + d, 0);
  return features
    .map((feature, j) => {
      const distance = guard.distances[j] ?? 0;
      const guardShare =
        (rangeSum === 0 ? 0 : (fromRange * distance) / rangeSum) +
        (runningSum === 0 ? 0 : (fromRunning * (runningDistances[j] ?? 0)) / runningSum);
      const modelShare = model.contributions[j] ?? 0;
      const map = mapOf(maps, feature.name);
      const known = (value: number | undefined): number => atLevel(map, value ?? Number.NaN);
      return {
        feature: feature.name,
        unit: feature.unit,
        ratio:
          fromGuards === 0 ? modelShare : (guardShare + fromModel * modelShare) / (fromGuards + fromModel),
        seen: newestRow[j] ?? Number.NaN,
        expected: known(expectedOf(score, j)),
        range: distance > 0 ? { low: known(profile.low[j]), high: known(profile.high[j]) } : null,
        guard: guardFinding(running, j, profile),
      };
    })
    .sort((a, b) => b.ratio - a.ratio || (a.feature < b.feature ? -1 : 1))
    .slice(0, most);
}

/** The forecast of a feature, in its own unit: not below zero where training has never been, whatever a straight line says. */
function expectedOf({ model, profile }: RawScore, feature: number): number {
  const expected = model.expected[feature] ?? Number.NaN;
  return (profile.low[feature] ?? -Infinity) >= 0 ? Math.max(0, expected) : expected;
}
