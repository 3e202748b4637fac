import type { DetectorSpec } from '../core/detector.ts';
import type { ScoringModel } from '../model/scoring-model.ts';

/** Consecutive steps of one entity: `values` is `[count, features]`, NaN where nothing is known. */
export interface TrainingSegment {
  readonly firstStep: number;
  readonly count: number;
  readonly values: Float64Array;
}

/** All that is known of one entity, segments oldest first. */
export interface TrainingEntity {
  readonly entity: string;
  readonly cohort: string;
  readonly segments: readonly TrainingSegment[];
}

/** Steps of an entity that are not to be learned, both ends inclusive. */
export interface ExcludedSpan {
  readonly entity: string;
  readonly firstStep: number;
  readonly lastStep: number;
  /** For the model card, e.g. `alert_in_quarantine`. */
  readonly reason: string;
}

/** A version that was in use and has no say any more; `why` is a clause for people. */
export interface LostChampion {
  readonly version: string;
  readonly why: string;
}

/** Everything that one training run is made from. Equal input gives an equal model file. */
export interface TrainingInput {
  readonly spec: DetectorSpec;
  readonly seed: number;
  readonly entities: readonly TrainingEntity[];
  readonly excluded: readonly ExcludedSpan[];
  /** The model in use; `null` for the first training, and where it is lost. */
  readonly champion: ScoringModel | null;
  /** A model in use that can't score: its file is damaged, or of another grid. */
  readonly lostChampion?: LostChampion;
}
