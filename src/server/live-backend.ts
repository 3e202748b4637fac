/** An entity's newest score: name, score (three decimals), end of its step in Unix ms. A tuple, as thousands go over the wire. */
export type ScoreTuple = readonly [entity: string, score: number, stepEndMs: number];

/** Newest scores of one detector. */
export interface DetectorScores {
  readonly detector: string;
  /** Of all entities in an answer to a request, of those that changed in a live update. */
  readonly scores: readonly ScoreTuple[];
  /** Entities that are watched no more; only in live updates. */
  readonly forgotten?: readonly string[];
}

/** What changed since the update before it; several checkpoints are joined. */
export interface LiveUpdate {
  readonly detectors: readonly DetectorScores[];
  /** Alerts that changed their state. */
  readonly alerts: readonly string[];
}

/** A source as it is read now. */
export interface SourceView {
  readonly source: string;
  readonly topics: readonly string[];
  readonly format: string;
  /** How far its event time is behind the wall clock; `null` before the first sample. */
  readonly watermarkLagMs: number | null;
  /** Samples since the start, by what became of them. */
  readonly samples: Readonly<Record<string, number>>;
  /** Samples a second in the last minute, whatever became of them. */
  readonly samplesPerSecond: number;
  /** Records that could not be used since the start, by reason. */
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly partitions: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly lagRecords: number;
    /** `null` before the first sample. */
    readonly watermarkMs: number | null;
    readonly idle: boolean;
  }[];
}

/** One training as it ended. */
export interface TrainingRunView {
  readonly detector: string;
  /** RFC 3339. */
  readonly started: string;
  readonly ended: string;
  readonly outcome: string;
  /** One sentence for people. */
  readonly detail: string;
}

/** What people may want to know of a detector beside what `StatusView` says. */
export interface DetectorOutline {
  readonly detector: string;
  readonly stepMs: number;
  /** In the order of a vector's values. */
  readonly features: readonly { readonly name: string; readonly unit: string }[];
  /** The budget in words, as `5 per week`. */
  readonly budget: string;
  /** Delivered alerts of the last 7 days not labelled real ÷ budget. */
  readonly budgetUsed: number;
  /** Newest event time of its entities, Unix ms; 0 before the first. */
  readonly newestMs: number;
  /** End of the newest step scored since the start, Unix ms; `null` before the first. */
  readonly lastScoredMs: number | null;
  /** In observe mode: alerts of the last 7 days, which would have been sent. */
  readonly heldBack: number;
}

/** What the console reads and follows of the daemon; `app/` provides it. */
export interface LiveBackend {
  outline(): readonly DetectorOutline[];
  scores(detector: string | null): readonly DetectorScores[];
  sources(): readonly SourceView[];
  /** Newest first. */
  trainingRuns(detector: string | null, limit: number): readonly TrainingRunView[];
  /** The running configuration as YAML, secrets hidden. */
  configuration(): string;
  /** Calls the listener at most once a second with what changed; answers how to stop. */
  watch(listener: (update: LiveUpdate) => void): () => void;
}
