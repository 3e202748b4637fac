import type { PartitionId, RecordSlice } from '../core/records.ts';
import type { ScoringModel } from '../model/scoring-model.ts';
import type { Acceptance } from './alerts/acceptance.ts';
import type { CalibrationExclusion } from './scoring/calibration-exclusion.ts';
import type { QuietWindow } from './alerts/quiet-window.ts';
import type { Rollback } from './effects.ts';
import type { InitialCalibrations } from './scoring/initial-calibrations.ts';

/** All that may happen to the pipeline, in the order in which it happens. */
export type PipelineInput =
  /** Records to take in. Those already taken, and those of a revoked partition, are skipped; an unknown one begins here. */
  | { readonly kind: 'records'; readonly slice: RecordSlice }
  /**
   * A partition is read from now on and holds the watermark back, though it has no record yet. Where it was in before
   * wins over `nextOffset`. From another store it is taken over with the steps that start at `wholeFromMs`: those before
   * are only remembered, so that values and rates go on.
   */
  | {
      readonly kind: 'assigned';
      readonly partition: PartitionId;
      readonly nextOffset: number | null;
      readonly wholeFromMs?: number;
    }
  /**
   * What time it is as records of a source come in. It closes nothing and moves no clock of data: only how old an alert is when it is found is
   * measured by it, for in a catch-up the newest record read is no older than the rest.
   */
  | { readonly kind: 'present'; readonly source: string; readonly timeMs: number }
  /** No record for a while at the log's end, or one again. */
  | { readonly kind: 'idle'; readonly partition: PartitionId; readonly idle: boolean }
  /** A partition is not read any more, perhaps only while the group rebalances: nothing is forgotten. */
  | { readonly kind: 'revoked'; readonly partition: PartitionId }
  /** Another store went on with a partition: the entities that had samples of it are forgotten, and its position. */
  | { readonly kind: 'dropped'; readonly partition: PartitionId }
  /** An operator's reset, or a log that lost the position: what waits of the partition is dropped, reading goes on there. */
  | { readonly kind: 'reset'; readonly partition: PartitionId; readonly nextOffset: number }
  /** What a threshold must not be learned from (see `CalibrationExclusion`); `null` = from the next refit of any entity on. */
  | (Omit<CalibrationExclusion, 'effectiveStep'> & {
      readonly kind: 'exclude';
      readonly effectiveStep: number | null;
    })
  /** A quiet window is there from now on, or not any more; one with the same id takes its place. */
  | { readonly kind: 'window'; readonly window: QuietWindow; readonly removed: boolean }
  /** An incident has waited long enough by the wall clock: what it has to tell is told, whatever the records' times say. */
  | { readonly kind: 'tell'; readonly detector: string; readonly incident: string }
  /** What people take for normal from now on (see `Acceptance`); `null` = from the step after the newest closed one of the detector. */
  | (Omit<Acceptance, 'effectiveStep'> & { readonly kind: 'accept'; readonly effectiveStep: number | null })
  /** A detector's place is taken by another: its open alerts end, and what the other found while nobody was told is forgotten. */
  | { readonly kind: 'succession'; readonly detector: string; readonly successor: string }
  /** A model to use from `effectiveStep` on; `null` = from the step after the newest closed one of the detector. */
  | {
      readonly kind: 'model';
      readonly model: ScoringModel;
      readonly calibrations: InitialCalibrations;
      readonly effectiveStep: number | null;
      /** Set if it takes the place of a version that is taken back: then it is on no trial. */
      readonly rollback?: Rollback;
    };
