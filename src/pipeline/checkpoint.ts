import type { PartitionMark } from '../core/records.ts';
import type { Labels } from '../core/sample.ts';
import type { OpenIncident } from './alerts/incident.ts';
import type { QuietWindow } from './alerts/quiet-window.ts';
import type { Alert, Effects, ModelActivation } from './effects.ts';
import type { Acceptance } from './alerts/acceptance.ts';
import type { CalibrationExclusion } from './scoring/calibration-exclusion.ts';
import type { BudgetRefit } from './scoring/budget-refit.ts';

/** What a restart needs of one entity beside its kept steps. */
export interface EntityRow {
  readonly detector: string;
  readonly entity: string;
  /** The entity labels and their values. */
  readonly labels: Labels;
  /** Whose model and priors it shares until it has its own; empty: the whole detector's. */
  readonly cohort: string;
  /** Newest closed step; samples of it and older ones are ignored for ever. `Number.MIN_SAFE_INTEGER` before the first. */
  readonly lastClosedStep: number;
  /** Newest event time seen of the entity, ms. */
  readonly clockMs: number;
  /** `topic/partition` keys its samples came from. */
  readonly partitions: readonly string[];
  /** Series memory, gates and the open peak cluster: versioned bytes that only the pipeline reads. */
  readonly state: Uint8Array;
}

/** Score history for the threshold up to and with `upToStep`; newer steps are added again from the kept steps. */
export interface CalibrationRow {
  readonly detector: string;
  readonly entity: string;
  readonly modelVersion: string;
  readonly upToStep: number;
  readonly bytes: Uint8Array;
}

/** Everything that one transaction writes (DESIGN §5.1). */
export interface Checkpoint {
  readonly effects: Effects;
  readonly marks: readonly PartitionMark[];
  /** Entities that changed since the last checkpoint. */
  readonly entities: readonly EntityRow[];
  readonly calibrations: readonly CalibrationRow[];
  /**
   * Entities dropped by `forget_after` or handed over: their rows and kept steps go, before the rest is written, since
   * an entity may come back within one checkpoint.
   */
  readonly forgotten: readonly { readonly detector: string; readonly entity: string }[];
}

/** One kept step as it comes back from the store. NaN where there was no score. */
export interface KeptStep {
  readonly step: number;
  readonly values: Float64Array;
  readonly filled: boolean;
  readonly raw: number;
  readonly score: number;
  readonly over: boolean;
  /** All but the score allowed an alert (see `ScoredStep`). */
  readonly alertable: boolean;
  /** Id of the level that explained it best, 0: the model's own; absent: none was accepted then. */
  readonly normal?: number;
}

/** An entity as it was at the last checkpoint. */
export interface RestoredEntity extends EntityRow {
  readonly calibration: CalibrationRow | null;
  /** Newest kept steps, oldest first: all after the calibration's `upToStep`, and at least `historyRows` of them. */
  readonly kept: readonly KeptStep[];
  /** Its alerts that are pending or firing, newest first: one, and beside it a shift that was laid aside, an absence and a flatline. */
  readonly openAlerts: readonly Alert[];
}

/** The whole of what the pipeline starts from. Empty lists: a first start. */
export interface RestoredState {
  readonly marks: readonly PartitionMark[];
  readonly entities: readonly RestoredEntity[];
  readonly activations: readonly ModelActivation[];
  /** Of each detector the newest ones, oldest first: all that may still be in force for a step to come. */
  readonly budgetRefits: readonly BudgetRefit[];
  readonly exclusions: readonly CalibrationExclusion[];
  /** In the order of their effective steps; absent: none. */
  readonly acceptances?: readonly Acceptance[];
  /**
   * By detector, the steps at which alerts fired, provisional ones left out, as far back as the newest activation: its trial
   * goes on from them. Absent: none.
   */
  readonly firedSteps?: ReadonlyMap<string, readonly number[]>;
  /** Those that are not over. Absent: none. */
  readonly incidents?: readonly OpenIncident[];
  /** Mutes and maintenance. Absent: none. */
  readonly windows?: readonly QuietWindow[];
}
