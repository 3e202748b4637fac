import type { ConfigFault, DryRunView } from './views/dry-run-view.ts';

/** Answer to a request for a dry run. */
export type DryRunAnswer =
  | { readonly kind: 'done'; readonly value: DryRunView }
  | { readonly kind: 'invalid'; readonly faults: readonly ConfigFault[] }
  /** Another one, or a training, is under way. */
  | { readonly kind: 'busy'; readonly detail: string }
  | { readonly kind: 'failed'; readonly detail: string };

/** What tries an edited configuration; `app/` provides it. */
export interface DryRunBackend {
  /** The running `detectors` section as YAML, every default filled in, to be edited. */
  readonly text: string;
  /** Tries an edited section on the last day of data; `signal` ends it. */
  run(text: string, signal: AbortSignal): Promise<DryRunAnswer>;
}
