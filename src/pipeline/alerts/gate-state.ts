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

/**
 * What the windows still hold of an incident whose alert has recovered: steps over that only repeat it are no news.
 * Plain JSON.
 */
export interface IncidentWake {
  /** Raw score of the step that ended the alert; what is clearly above it is news. */
  readonly raw: number;
  /** Last step that it may silence: the longest window after the alert's end. */
  readonly untilStep: number;
  /** The model that gave `raw`: those of another do not compare. */
  readonly modelVersion: string;
  /** The alert's leading feature: what another one leads is news. */
  readonly feature: string;
  /** Newest step with a score, to tell a gap by. */
  readonly lastScoredStep: number;
}

/** One entity's alert memory: plain JSON, so that it comes back from the store to the bit. */
export interface GateState {
  /** Newest step seen; `null` before the first. */
  readonly lastStep: number | null;
  /** Steps over within the last `confirm.of`, oldest first; empty while an alert fires. */
  readonly overs: readonly OverStep[];
  /** The one open alert, pending or firing. */
  readonly open: Alert | null;
  /** Raw score at the open alert's peak: tells peaks apart that the score's cap makes equal. */
  readonly peakRaw: number;
  /** Quiet steps in a row while firing. */
  readonly quietSteps: number;
  /** Steps in a row without a score while firing. */
  readonly unscoredSteps: number;
  /** `null` without one, or once it has ended; absent in states of earlier versions. */
  readonly wake?: IncidentWake | null;
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
  /** Time of the newest Kafka record known when the step closed, ms: what `maxAlertAgeMs` is measured against. */
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
    wake: null,
  };
}
