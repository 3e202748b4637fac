import type { PartitionId, RecordSlice } from '../../core/records.ts';

/** A stretch of event time, [fromMs, toMs). */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** History to be read back: the topics' own logs, or a store that speaks PromQL. */
export interface HistorySource {
  /** What its slices name as their partitions. */
  readonly partitions: readonly PartitionId[];
  /** From when to when there is something; `null` if nothing. */
  span(): Promise<Stretch | null>;
  /** All of a stretch, in portions of bounded size; inside and across them in order of time, as far as lateness asks for it. Ends early when `signal` aborts. */
  portions(stretch: Stretch, signal: AbortSignal): AsyncIterable<readonly RecordSlice[]>;
  close(): Promise<void>;
}
