import type { Labels } from '../../core/sample.ts';
import type { CalibrationRow, KeptStep } from '../checkpoint.ts';
import type { Alert } from '../effects.ts';

/** What the store has of one entity for looking back: enough to score its kept steps once more. */
export interface KeptHistory {
  readonly entity: string;
  /** The entity labels and their values. */
  readonly labels: Labels;
  readonly cohort: string;
  /** Its newest one, whatever steps it goes up to; `null` without one. */
  readonly calibration: CalibrationRow | null;
  /** As its row has it, for the levels accepted of it; absent: none were. */
  readonly state?: Uint8Array;
  /** Steps at which an alert of it ended as accepted; absent: none. */
  readonly acceptedSteps?: readonly number[];
  /** Alerts of it on record; of one that fired before the steps looked at, the gate has to know. Absent: none. */
  readonly alerts?: readonly Alert[];
  /** Oldest first; the last one is the newest to be looked at. */
  readonly kept: readonly KeptStep[];
}
