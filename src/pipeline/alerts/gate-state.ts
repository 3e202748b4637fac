import type { Labels } from '../../core/sample.ts';
import type { DetectorSpec } from '../../core/detector.ts';
import type {
  Alert,
  AlertKind,
  AlertNotification,
  AlertTransition,
  Contribution,
  ScoredStep,
} from '../effects.ts';

/** A step over that may still count for `confirm`, with what an alert has to tell of it. */
export interface OverStep {
  readonly step: number;
  readonly kind: AlertKind;
  readonly score: number;
  readonly raw: number;
  readonly provisional: boolean;
  /** `direction` and `min_change` hold for its culprit. */
  readonly wanted: boolean;
  readonly modelVersion: string;
  readonly contributions: readonly Contribution[];
}

/** What the windows still hold of an incident whose alert has recovered. */
export interface IncidentWake {
  /** Raw score of the step that ended the alert; what is clearly above it is news. */
  readonly raw: number;
  /** Last step that it may silence: the longest window after the alert's end. */
  readonly untilStep: number;
  /** Newest step with a score, to tell a gap by. */
  readonly lastScoredStep: number;
  /** The least raw score since then: what the windows still remember, at most. Absent in states of earlier versions: `raw`. */
  readonly lowest?: number;
}

/** After an alert that has recovered: steps over that only repeat it are no news. Plain JSON. */
export interface Refractory {
  /** The alert's leading feature: of another one less is news. */
  readonly feature: string;
  /** The model that gave the raw scores: those of another do not compare. */
  readonly modelVersion: string;
  /** Raw score at the alert's peak: up to `untilStep` only what is above it is news. */
  readonly peakRaw: number;
  readonly untilStep: number;
  /** `null` without one, or once it has ended. */
  readonly wake: IncidentWake | null;
}

/** Steps of one hour with a score of 1 or more; `hour` counts from the epoch. */
export interface HourOver {
  readonly hour: number;
  readonly over: number;
}

/** How often people were told of the open alert, and when last. */
export interface Telling {
  readonly step: number;
  /** Beside the first time. */
  readonly repeats: number;
  /** The alert has become a shift while people were not to be told: they are once they may. */
  readonly owesShift?: true;
}

/** A shift whose level the threshold has learned: still open, but what happens at that level is seen again. */
export interface ParkedShift {
  readonly alert: Alert;
  readonly peakRaw: number;
  /** Steps in a row below the bar, and without a score. */
  readonly quietSteps: number;
  readonly unscoredSteps: number;
  readonly told: Telling | null;
  readonly bar: { readonly raw: number; readonly modelVersion: string } | null;
}

/** One entity's alert memory: plain JSON, so that it comes back from the store to the bit. */
export interface GateState {
  /** Newest step seen; `null` before the first. */
  readonly lastStep: number | null;
  /** Steps over within the last `confirm.of`, oldest first; empty while an alert fires. */
  readonly overs: readonly OverStep[];
  /** The one open alert, pending or firing, beside a shift that was laid aside. */
  readonly open: Alert | null;
  /** Raw score at the open alert's peak: tells peaks apart that the score's cap makes equal. */
  readonly peakRaw: number;
  /** Quiet steps in a row while firing. */
  readonly quietSteps: number;
  /** Steps in a row without a score while firing. */
  readonly unscoredSteps: number;
  /** `null` without one, or once it has ended; absent in states of earlier versions. */
  readonly refractory?: Refractory | null;
  /** `null` until an alert is delivered; absent in states of earlier versions. */
  readonly told?: Telling | null;
  /** The raw score that was over when the open alert fired, and by which model; absent in states of earlier versions. */
  readonly bar?: { readonly raw: number; readonly modelVersion: string } | null;
  /** While a shift is open: steps in a row with a low score; absent in states of earlier versions. */
  readonly leftSteps?: number;
  /** `null` without one; absent in states of earlier versions. */
  readonly shift?: ParkedShift | null;
  /** The last day's steps over, at most 24 hours of them; absent in states of earlier versions. */
  readonly hours?: readonly HourOver[];
}

/** What does not change from step to step of an entity. */
export interface GateContext {
  readonly spec: DetectorSpec;
  readonly entity: string;
  /** The entity labels and their values. */
  readonly labels: Labels;
  /** Older alerts are kept on record but not delivered. */
  readonly maxAlertAgeMs: number;
  /** Whether what fires at an event time is kept on record only: muted, or in maintenance. Absent: never. */
  readonly isQuiet?: (timeMs: number) => boolean;
}

/** One closed step of the entity. */
export interface GateInput {
  readonly step: number;
  /** `null` if the step could not be scored: gap, warm-up, no model. */
  readonly scored: ScoredStep | null;
  /** Largest part first; read only if the step is over. */
  readonly contributions: readonly Contribution[];
  /** A feature's last values up to this step (some 24), oldest first, NaN where missing; asked for only while an alert is open. */
  readonly recent: (feature: string) => readonly number[];
  /** The raw score at which the step's score would be 1; absent where nothing is scored. */
  readonly threshold?: number;
  /** The present when the step closed, ms, by records and clock: what `maxAlertAgeMs` is measured against. */
  readonly newestKnownMs: number;
}

/** What a step did. Each `alert` in it is the alert as it is after that change, so whoever keeps alerts keeps the last one. */
export interface GateOutcome {
  readonly gate: GateState;
  readonly transitions: readonly AlertTransition[];
  readonly notifications: readonly AlertNotification[];
}

/** The memory of an entity that has never been over. */
export function newGateState(): GateState {
  return {
    lastStep: null,
    overs: [],
    open: null,
    peakRaw: 0,
    quietSteps: 0,
    unscoredSteps: 0,
    refractory: null,
    told: null,
    bar: null,
    leftSteps: 0,
    shift: null,
    hours: [],
  };
}
