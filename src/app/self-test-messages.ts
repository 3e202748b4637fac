import type { DetectorSpec } from '../core/detector.ts';
import type { FaultResult } from '../training/self-test.ts';

/** What the self-test process is asked to do; goes over IPC. */
export interface SelfTestJob {
  readonly storePath: string;
  readonly spec: DetectorSpec;
}

/** What came of it; `untested`: there was nothing to try it on, and why. */
export type SelfTestResult =
  | { readonly kind: 'tested'; readonly version: string; readonly faults: readonly FaultResult[] }
  | { readonly kind: 'untested'; readonly detail: string };
