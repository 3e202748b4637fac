import type { DetectorSpec } from '../core/detector.ts';
import type { TrainedModel } from './messages.ts';

/** What the training process is asked to do; goes over IPC. */
export interface TrainingJob {
  readonly storePath: string;
  readonly spec: DetectorSpec;
  readonly seed: number;
  /** For entities' own linear bases; absent: the default. */
  readonly modelMemoryBytes?: number | undefined;
}

/**
 * How a run ended; `unchanged`: it gave the model in use again, `stopped`: strayd itself stopped, `cancelled`: someone asked for it,
 * `failed`: the process died, or a limit ended it.
 */
export interface TrainingResult {
  readonly outcome:
    'promoted' | 'rejected' | 'unchanged' | 'not_enough_history' | 'failed' | 'stopped' | 'cancelled';
  /** One sentence for people. */
  readonly detail: string;
  readonly trained: TrainedModel | null;
}

export type TrainingMessage =
  | { readonly type: 'progress'; readonly fraction: number; readonly detail: string }
  | { readonly type: 'ended'; readonly result: TrainingResult };
