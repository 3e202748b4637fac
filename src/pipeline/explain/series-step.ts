import type { DetectorSpec } from '../../core/detector.ts';
import { contributionsOf, expectedOf } from '../scoring/contributions.ts';
import { known } from './feature-readings.ts';
import type { ReplayedStep } from './replay-kept.ts';
import type { SeriesStep } from './step-explanation.ts';

/** One point of the curves of seen against expected. */
export function seriesStep({ kept, score }: ReplayedStep, { features, stepMs }: DetectorSpec): SeriesStep {
  const shares = new Map(
    score === null
      ? []
      : contributionsOf(score.parts, features, features.length).map(({ feature, ratio }) => [feature, ratio]),
  );
  return {
    atMs: kept.step * stepMs,
    seen: features.map((_, column) => known(kept.values[column])),
    expected: features.map((_, column) => (score === null ? null : known(expectedOf(score.parts, column)))),
    share: features.map(({ name }) => known(shares.get(name))),
    score: known(kept.score),
    over: kept.over,
  };
}
