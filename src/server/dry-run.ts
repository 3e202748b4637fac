/** Something that is wrong with an edited configuration; line and column count from 1. */
export interface ConfigFault {
  readonly line: number;
  readonly column: number;
  /** As `detectors[0].alert.budget`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** What came of the day with one of the two configurations. */
export interface DryRunSide {
  /** The budget in words, as `5 per week`. */
  readonly budget: string;
  /** Alerts that fired. */
  readonly alerts: number;
  /** Messages to people that these would have been, after grouping, mutes and maintenance. */
  readonly incidents: number;
  /** Those ÷ what the budget allows for the time that was played. */
  readonly budgetUsed: number;
}

/** One alert of either side, or of both. */
export interface DryRunAlert {
  readonly change: 'gained' | 'lost' | 'kept';
  readonly entity: string;
  readonly kind: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly score: number;
  /** The leading feature, `null` without one. */
  readonly feature: string | null;
}

/** A change that could not be tried, and why. */
export interface UntriedChange {
  /** As in the file: `step`, `features.cpu.aggregate`. */
  readonly key: string;
  readonly reason: string;
}

/** What an edited detector would have done. */
export interface DetectorDryRun {
  readonly detector: string;
  /** Changed keys that the comparison shows. */
  readonly tried: readonly string[];
  readonly untried: readonly UntriedChange[];
  /** Why nothing was played, `null` if it was. */
  readonly notPlayed: string | null;
  /** `null` if nothing was played. */
  readonly played: {
    readonly fromMs: number;
    readonly toMs: number;
    /** So many of the detector's entities were played: fewer than all where they would have been too much. */
    readonly entities: number;
    readonly entitiesOfAll: number;
    readonly steps: number;
    /** Alerts on record that fired in this time. */
    readonly onRecord: number;
    readonly then: DryRunSide;
    readonly now: DryRunSide;
    /** Gained and lost ones first; at most 200. */
    readonly alerts: readonly DryRunAlert[];
    readonly more: number;
    /** A model was trained for it, since the running one does not fit the edited detector; the sentence about it, else `null`. */
    readonly trained: string | null;
  } | null;
}

/** Both configurations on the last day of data. */
export interface DryRunView {
  readonly detectors: readonly DetectorDryRun[];
}

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
