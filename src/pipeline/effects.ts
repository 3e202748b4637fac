import type { DeadLetter } from '../core/records.ts';
import type { Labels } from '../core/sample.ts';
import type { IncidentNotification, IncidentUpdate } from './alerts/incident.ts';
import type { QuietWindow } from './alerts/quiet-window.ts';
import type { Acceptance } from './alerts/acceptance.ts';
import type { CalibrationExclusion } from './scoring/calibration-exclusion.ts';
import type { BudgetRefit } from './scoring/budget-refit.ts';

/** An entity's features at one closed step of the grid. */
export interface ClosedVector {
  readonly detector: string;
  readonly entity: string;
  /** Step number: event time in [step * stepMs, (step + 1) * stepMs). */
  readonly step: number;
  /** One value a feature in the detector's order; NaN where nothing is known. */
  readonly values: Float64Array;
  /** Some value was carried over a short gap. */
  readonly filled: boolean;
}

/** What the scorer said of one step. Left out for steps that could not be scored (warm-up, gap, no model). */
export interface ScoredStep {
  readonly detector: string;
  readonly entity: string;
  readonly step: number;
  readonly modelVersion: string;
  /** The log score S of the model and guards together: uncapped, full precision. */
  readonly raw: number;
  /** ln p(S) / ln p_budget, at most 10: 1 is the threshold. */
  readonly score: number;
  /** The same without the guards' part; decides an alert's kind. */
  readonly scoreWithoutGuards: number;
  /** score ≥ 1 and the newest row itself unusual (DESIGN §5.10). */
  readonly over: boolean;
  /**
   * The newest row's own error is above its hold-out .9 quantile, whatever the score, and S above what its hour usually brings: what
   * closing an alert needs to know.
   */
  readonly rowUnusual: boolean;
  /** The row is unusual and its culprit of the sort that `direction` and `min_change` ask for: all but the score allows an alert. */
  readonly alertable: boolean;
  /** The tail under the threshold is still thin: shown, never delivered. */
  readonly provisional: boolean;
}

/** Faults of the telemetry, told of by rules: no data of an entity, or a feature that stands still. No score is behind them. */
export type FaultKind = 'absence' | 'flatline';
/** What raised it, the model or a guard alone; `shift`: it has become a level that stays; or a rule. */
export type AlertKind = 'anomaly' | 'range' | 'shift' | FaultKind;
export type AlertState = 'pending' | 'firing' | 'resolved';
/**
 * Why an alert ended: `recovered` = quiet again, `no_data` = its entity could not be scored any more, `accepted` = not back, but normal
 * now; of an absence `returned` = its data came back, `forgotten` = they did not within `forget_after`.
 */
export type AlertResolution = 'recovered' | 'no_data' | 'accepted' | 'returned' | 'forgotten';

/** Which running guard spoke: the value, its distance from what is usual at this hour, 20-step means of both, the spread of 48 steps. */
export type RunningGuard = 'value' | 'time_of_day' | 'mean' | 'time_of_day_mean' | 'spread';

/** What a running guard read of a feature and what it had read until then, in the feature's unit (a spread: its sd). */
export interface GuardFinding {
  readonly guard: RunningGuard;
  readonly seen: number;
  readonly low: number;
  readonly high: number;
  /** The hour is one of the weekend. */
  readonly weekend: boolean;
}

/** One feature's part in an alert, at its worst step. */
export interface Contribution {
  readonly feature: string;
  readonly unit: string;
  /** Share of the whole error, 0…1. */
  readonly ratio: number;
  readonly seen: number;
  readonly expected: number;
  /** Set if the value is outside all that the feature had shown in training: what that was. */
  readonly range: { readonly low: number; readonly high: number } | null;
  /** What a running guard has to say; absent in alerts of earlier versions. */
  readonly guard?: GuardFinding | null;
  /** Set in a flatline: since which step the value stands still, and the most steps that it ever did before. `expected` says nothing then. */
  readonly still?: { readonly sinceStep: number; readonly longestSteps: number };
}

/** A lived thing: created pending, then firing and resolved, or dropped while pending. */
export interface Alert {
  /** Hash of (detector, entity, the kind that it began with, first step over). */
  readonly id: string;
  readonly detector: string;
  readonly entity: string;
  readonly labels: Labels;
  readonly kind: AlertKind;
  /** Of a shift: the kind that it began with; absent in other alerts, and in those of earlier versions. */
  readonly kindAtOnset?: Exclude<AlertKind, 'shift'>;
  /** It fired beside a shift that was laid aside; `later_shift`: one that bears `shift` itself. So two open alerts always differ in what is kept for life. */
  readonly beside?: 'shift' | 'later_shift';
  readonly severity: string;
  readonly state: AlertState;
  readonly provisional: boolean;
  readonly firstStepOver: number;
  readonly firedStep: number | null;
  /** Last step that was over. */
  readonly lastStepOver: number;
  /** Of a shift: the newest step at its level, over or not; absent in other alerts, and in those of earlier versions. */
  readonly stayedStep?: number;
  readonly resolvedStep: number | null;
  /** `null` until resolved. */
  readonly resolution: AlertResolution | null;
  /** A notification with `deliver: true` was made of it; level channels show only such alerts. */
  readonly notified: boolean;
  /** 0 of an absence or flatline: nothing was scored. */
  readonly peakScore: number;
  readonly peakStep: number;
  /** Largest part first, at the step over at which the leading feature was furthest from what was expected. */
  readonly contributions: readonly Contribution[];
  /** Empty where no model had a part in it. */
  readonly modelVersion: string;
  /** The leading feature's last values up to the newest step of the last change, oldest first; `null` where missing (JSON has no NaN). */
  readonly recent: readonly (number | null)[];
}

/**
 * One change of an alert's state; `discarded`: pending ended without confirmation. From `firing` to `firing`: no new
 * alert, but one that was too old to be delivered and still goes on, now `notified`, or one that has become a `shift`.
 */
export interface AlertTransition {
  readonly alert: Alert;
  readonly from: AlertState | null;
  readonly to: AlertState | 'discarded';
  readonly step: number;
}

/** Something people are to be told. `mode: observe` and provisional alerts make notifications that are listed, not sent. */
export interface AlertNotification {
  readonly alert: Alert;
  readonly event: 'firing' | 'resolved';
  readonly atMs: number;
  /** False in observe mode, while provisional, or older than `max_alert_age`: kept on record, not delivered. */
  readonly deliver: boolean;
  /** The alert goes on firing and is told for so many times again; absent the first time. */
  readonly repeat?: number;
}

/** A closed step as it is kept: the vector and what the scorer said of it, `null` if it was not scored. */
export interface StepRecord {
  readonly vector: ClosedVector;
  readonly scored: ScoredStep | null;
  /** Of a step over, what its gate was told: largest part first. Not kept. */
  readonly contributions?: readonly Contribution[];
  /** Id of the level that explained it best; absent: none was accepted. */
  readonly normal?: number;
}

/** A version that was taken back, and why. */
export interface Rollback {
  readonly from: string;
  /** One sentence for people. */
  readonly reason: string;
}

/** A detector's model of normal from `effectiveStep` on; a row, so that a replay repeats it (DESIGN §5.1). */
export interface ModelActivation {
  readonly detector: string;
  readonly version: string;
  readonly effectiveStep: number;
  /** Set if it took another version's place because that one was taken back; else it was promoted, and is on trial. */
  readonly rollback?: Rollback;
}

/** Counts since the last effects, for /metrics. */
export interface SourceCounts {
  readonly source: string;
  /**
   * Samples by result: `accepted`, `unselected`, `late`, `replayed`, `duplicate`, `not_finite`, `entity_limit`,
   * `series_limit`, `bucket_limit`; and `held_back_limit`, how often so much was held back that a replay was not waited for.
   */
  readonly samples: Readonly<Record<string, number>>;
  /** Dead letters by reason: all of them, also those that were too many to be kept. */
  readonly deadLetters: Readonly<Record<string, number>>;
}

/** A quiet window that people made, changed or took back. */
export interface WindowChange {
  readonly window: QuietWindow;
  readonly removed: boolean;
}

/** All that one call of `step` changed and the world may see after its checkpoint. */
export interface Effects {
  readonly steps: readonly StepRecord[];
  readonly transitions: readonly AlertTransition[];
  readonly notifications: readonly AlertNotification[];
  /** Changes of incidents in their order; the last one of each is how it is now. */
  readonly incidents: readonly IncidentUpdate[];
  /** What edge channels are to say; of incidents that are only on record too. */
  readonly incidentNotifications: readonly IncidentNotification[];
  readonly activations: readonly ModelActivation[];
  readonly budgetRefits: readonly BudgetRefit[];
  readonly exclusions: readonly CalibrationExclusion[];
  readonly windows: readonly WindowChange[];
  readonly acceptances: readonly Acceptance[];
  /** The newest ones only (see `newestLetters`). */
  readonly deadLetters: readonly DeadLetter[];
  readonly counts: readonly SourceCounts[];
}
