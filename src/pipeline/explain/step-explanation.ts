import type { Labels } from '../../core/sample.ts';
import type { AlertKind, AlertState, GuardFinding } from '../effects.ts';

/** One thing that had to hold for an alert to fire and reach people. */
export interface StepCheck {
  readonly name: string;
  /** `null`: it was not asked of this step. */
  readonly held: boolean | null;
  /** What was read and what was wanted, for people. */
  readonly detail: string;
}

/** One feature at the step. Numbers are in its own unit unless they say otherwise; `null` where nothing is known. */
export interface FeatureReading {
  readonly feature: string;
  readonly unit: string;
  readonly seen: number | null;
  /** The forecast from the rows before. */
  readonly expected: number | null;
  /** Root mean squared error of the rebuilt windows and the forecast, in standard deviations of training. */
  readonly error: number | null;
  /** Share of the whole error, 0…1. */
  readonly share: number | null;
  /** What training has shown. */
  readonly range: { readonly low: number; readonly high: number } | null;
  /** The value is outside that range. */
  readonly outside: boolean;
  /** What a running guard has to say. */
  readonly guard: GuardFinding | null;
  /** The same for people, with units: `4.2 GiB`; `remark` is what is strange about the value itself, mostly empty. */
  readonly text: { readonly seen: string; readonly expected: string; readonly remark: string };
}

/** How an alert of the entity stood at the step. */
export interface AlertAtStep {
  readonly id: string;
  readonly kind: AlertKind;
  readonly state: AlertState;
  /** Onset, RFC 3339. */
  readonly since: string;
}

export type StepOutcome =
  | 'not_scored'
  | 'quiet'
  /** The score alone is over. */
  | 'held_back'
  | 'pending'
  | 'fired'
  /** An alert was open already. */
  | 'firing'
  | 'resolved';

/** Why an alert did or did not fire at one step of one entity. Plain JSON. */
export interface StepExplanation {
  readonly detector: string;
  readonly entity: string;
  readonly labels: Labels;
  readonly mode: 'observe' | 'alert';
  readonly step: number;
  /** Begin and end of the step, RFC 3339. */
  readonly at: string;
  readonly until: string;
  /** The same for people. */
  readonly when: string;
  readonly outcome: StepOutcome;
  /** The whole answer in one sentence. */
  readonly sentence: string;
  /** As it was said then. */
  readonly score: number | null;
  readonly raw: number | null;
  readonly over: boolean;
  /** The score without what lies outside all that was seen before. */
  readonly scoreWithoutGuards: number | null;
  /** The least raw score that scored 1; `null` if it is not known any more. */
  readonly threshold: number | null;
  /** The threshold rests on little history yet. */
  readonly provisional: boolean;
  /** What the raw score is the sum of. */
  readonly parts: {
    readonly model: number;
    readonly trainingRange: number;
    readonly runningGuards: number;
  } | null;
  /** The newest row's own error ÷ its usual upper one (.9 quantile); above 1 the row itself is unusual. */
  readonly rowRatio: number | null;
  readonly model: {
    readonly version: string;
    /** False: the one in use then is not kept any more, this is the present one. */
    readonly usedThen: boolean;
    /** Rows that the windows could see, and how many a full score wants. */
    readonly rows: number;
    readonly rowsNeeded: number;
    readonly rowsLeast: number;
  } | null;
  /** Some value was carried over a short gap. */
  readonly filled: boolean;
  /** Largest share first. */
  readonly features: readonly FeatureReading[];
  readonly checks: readonly StepCheck[];
  readonly alert: AlertAtStep | null;
  /** What else a reader should know. */
  readonly notes: readonly string[];
}

/** One step of a curve: seen against expected over a range. Arrays are in the order of the series' features. */
export interface SeriesStep {
  /** Begin of the step, Unix ms. */
  readonly atMs: number;
  readonly seen: readonly (number | null)[];
  readonly expected: readonly (number | null)[];
  /** The band of what is usual around what was expected: a row with every feature in its band is not unusual. */
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  readonly share: readonly (number | null)[];
  readonly score: number | null;
  readonly over: boolean;
}
