import type { NabSeries } from './nab-series.ts';
import { bestThreshold, NAB_PROFILES, normalised, scoreAt, sweepSeries } from './nab-score.ts';
import type { NabProfile, NabSweep } from './nab-score.ts';

/** A detector's result under one profile, 0 … 100. */
export interface NabFigure {
  readonly profile: string;
  /** One threshold for all series, the best one, as NAB's own tables have it. */
  readonly official: number;
  /** Each group of series at the threshold that is best on the other groups. */
  readonly leaveOneGroupOut: number;
}

/** Scores a detector on all series, under each profile; `scores` has one array a series, one score a row. */
export function nabFigures(series: readonly NabSeries[], scores: readonly Float64Array[]): NabFigure[] {
  return NAB_PROFILES.map((profile) => {
    const sweeps = series.map((one, index) => sweepSeries(one, scores[index] ?? new Float64Array(), profile));
    const threshold = bestThreshold(sweeps);
    const official = sweeps.reduce((sum, sweep) => sum + scoreAt(sweep, threshold), 0);
    return {
      profile: profile.name,
      official: normalised(official, sweeps, profile),
      leaveOneGroupOut: leaveOneGroupOut(sweeps, profile),
    };
  });
}

function leaveOneGroupOut(sweeps: readonly NabSweep[], profile: NabProfile): number {
  let total = 0;
  for (const group of new Set(sweeps.map((sweep) => sweep.group))) {
    const threshold = bestThreshold(sweeps.filter((sweep) => sweep.group !== group));
    for (const sweep of sweeps) if (sweep.group === group) total += scoreAt(sweep, threshold);
  }
  return normalised(total, sweeps, profile);
}
