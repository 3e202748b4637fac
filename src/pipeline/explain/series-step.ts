import type { DetectorSpec } from '../../core/detector.ts';
import { contributionsOf } from '../scoring/contributions.ts';
import { known } from './feature-readings.ts';
import type { ReplayedStep } from './replay-kept.ts';
import type { SeriesStep } from './step-explanation.ts';
import { usualBand } from './usual-band.ts';

/** One point of the curves of seen against expected. */
export function seriesStep({ kept, score }: ReplayedStep, { features, stepMs }: DetectorSpec): SeriesStep {
  const parts =
    score === null
      ? []
      : contributionsOf(score.parts, features, features.length).map((one) => [one.feature, one] as const);
  const partOf = new Map(parts);
  const bands = features.map(({ name }, column) => (score === null ? null : usualBand(score, column, name)));
  return {
    atMs: kept.step * stepMs,
    seen: features.map((_, column) => known(kept.values[column])),
    expected: features.map(({ name }) => known(partOf.get(name)?.expected)),
    low: bands.map((band) => band?.low ?? null),
    high: bands.map((band) => band?.high ?? null),
    share: features.map(({ name }) => known(partOf.get(name)?.ratio)),
    score: known(kept.score),
    over: kept.over,
  };
}
