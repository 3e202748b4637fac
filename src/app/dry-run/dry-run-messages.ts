import type { DetectorSpec } from '../../core/detector.ts';

/** What the dry run's process is asked to do; goes over IPC, and a `DryRunView` comes back. */
export interface DryRunJob {
  readonly storePath: string;
  /** Detectors as they are edited, each with its running form. */
  readonly pairs: readonly { readonly running: DetectorSpec; readonly edited: DetectorSpec }[];
}
