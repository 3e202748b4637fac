import type { RunningGuard } from '../../effects.ts';

/** The guards that learn as they watch, in the order in which they are read (RECIPE §1.10). */
export const RUNNING_GUARDS: readonly RunningGuard[] = [
  'value',
  'time_of_day',
  'mean',
  'time_of_day_mean',
  'spread',
];

/** One feature outside of what one running guard had seen. Numbers are scaled by the model's profile; a spread is log sd. */
export interface Exceedance {
  /** Column of the row. */
  readonly feature: number;
  readonly guard: RunningGuard;
  /** Distance outside the range in ranges, weighed by trust and by the guard's weight. */
  readonly distance: number;
  /** What was read, and the range before it. Both are shifted by the profile where the guard reads residuals. */
  readonly seen: number;
  readonly low: number;
  readonly high: number;
  /** Slot of the time-of-day profile. */
  readonly slot: number;
}

/** What the running guards say of a row. */
export interface RunningReading {
  /** Mean over features of their distances; 0 unless it exceeds those of the last 20 steps. */
  readonly g: number;
  readonly exceedances: readonly Exceedance[];
  /** The model has learned from less than a week of the entity. */
  readonly isYoung: boolean;
}

/** Nothing to say. */
export const SILENT: RunningReading = { g: 0, exceedances: [], isYoung: false };
