/** What the console reads of the API's answers; test/server/console/shapes.test.ts holds them against the server's own types. */

/** Of GET /api/v1/status. */
export interface Status {
  readonly version: string;
  readonly startedMs: number;
  readonly trouble: readonly string[];
  /** What became of the newest reload of the configuration; `null` or absent: none yet. */
  readonly reload?: { readonly at: string; readonly successful: boolean; readonly detail: string } | null;
  /** Mutes and maintenance in force. */
  readonly quiet: readonly QuietWindow[];
  /** Bounds that were exceeded in the last ten minutes. */
  readonly limits: readonly Limit[];
  readonly detectors: readonly DetectorStatus[];
}

/** A mute, maintenance, or a silence of an Alertmanager; times in RFC 3339. */
export interface QuietWindow {
  readonly id: string;
  readonly kind: 'mute' | 'maintenance' | 'silence';
  /** `config`, `api`, or the Alertmanager's host. */
  readonly origin: string;
  readonly detector: string | null;
  readonly entity: string | null;
  readonly match: string;
  readonly end: string | null;
  readonly comment: string;
}

/** A bound that a source exceeds; times in RFC 3339. */
export interface Limit {
  readonly source: string;
  readonly limit: string;
  /** Where it is set; `null`: it follows from others. */
  readonly key: string | null;
  /** How often, since `since`. */
  readonly count: number;
  readonly since: string;
  readonly last: string;
  /** What it means and the way out. */
  readonly text: string;
}

export interface DetectorStatus {
  readonly detector: string;
  readonly mode: string;
  readonly entities: number;
  readonly openAlerts: number;
  readonly warmupRatio: number;
  readonly bootstrap: { readonly ratio: number; readonly text: string } | null;
  readonly modelVersion: string | null;
  readonly training: string;
  /** It was configured to watch otherwise, and what is to take its place warms up. */
  readonly next?: {
    readonly since: string | null;
    readonly warmupRatio: number;
    readonly modelVersion: string | null;
  } | null;
  readonly threshold: {
    readonly raw: number;
    readonly low: number;
    readonly high: number;
    readonly offset: number;
    readonly provisionalEntities: number;
  } | null;
  /** Of the last hour; `null` before the first. */
  readonly selfTest: {
    readonly faults: readonly {
      readonly fault: string;
      readonly recall: number;
      /** Clearly below what it was at training. */
      readonly fallen: boolean;
    }[];
  } | null;
}

export type AlertLabel = 'real' | 'planned' | 'false';

export interface Contribution {
  readonly feature: string;
  readonly unit: string;
  /** Share of the whole error, 0…1. */
  readonly ratio: number;
  readonly seen: number;
  readonly expected: number;
  /** It stands still, and was expected to move. */
  readonly still?: object;
}

/** One of GET /api/v1/alerts. */
export interface AlertView {
  readonly alert: {
    readonly id: string;
    readonly detector: string;
    readonly entity: string;
    readonly kind: string;
    readonly severity: string;
    readonly state: 'pending' | 'firing' | 'resolved';
    readonly provisional: boolean;
    readonly firstStepOver: number;
    readonly lastStepOver: number;
    /** Of a shift: the newest step at its level. */
    readonly stayedStep?: number;
    readonly peakScore: number;
    readonly contributions: readonly Contribution[];
    readonly recent: readonly (number | null)[];
  };
  readonly label: AlertLabel | null;
  /** Alerts that are told as one have the same; `null` if it did not fire. */
  readonly incident: string | null;
  /** Title, summary and lines. */
  readonly text: string;
  readonly since: string;
  readonly deliver: boolean;
}

/** One of GET /api/v1/deliveries: a notification on its way to a channel. */
export interface DeliveryView {
  readonly channel: string;
  readonly status: 'pending' | 'delivered' | 'dead';
  readonly attempts: number;
  readonly lastError: string | null;
  readonly deliveredAt: string | null;
}

/** One of GET /api/v1/models. */
export interface ModelView {
  readonly detector: string;
  readonly version: string;
  readonly status: string;
  readonly reason: string;
  readonly created: string;
  readonly activeFrom: string | null;
  readonly card: unknown;
}

/** What is shown of a model card; a card of an earlier version may lack any of it. */
export interface CardView {
  readonly type?: string;
  readonly note?: string;
  readonly backend?: string;
  readonly parent?: string | null;
  readonly features?: readonly string[];
  readonly windows?: readonly number[];
  readonly groups?: readonly {
    readonly cohort: string | null;
    readonly entities: number;
    readonly trainingRows: number;
    readonly members: readonly {
      readonly kind: string;
      readonly entity?: string;
      readonly steps: number;
      readonly shape: readonly number[];
      readonly share: number;
      readonly curve: readonly LossPoint[];
      readonly holdOutError: number;
    }[];
  }[];
  readonly data?: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly entities: number;
    readonly rows: number;
    readonly holdOutRows: number;
    readonly leftOut: Readonly<Record<string, number>>;
  };
  readonly threshold?: { readonly median: number | null; readonly holdOutShareOver: number };
  readonly holdOutErrors?: readonly { readonly feature: string; readonly error: number | null }[];
  readonly promotion?: {
    readonly promoted: boolean;
    readonly reason: string;
    readonly verdicts: readonly {
      readonly name: string;
      readonly passed: boolean;
      readonly detail: string;
    }[];
  };
  readonly selfTest?: readonly {
    readonly fault: string;
    readonly recall: number;
    readonly smallestSize: number | null;
  }[];
}

/** Losses of one epoch, on what is learned from and on what is held out. */
export interface LossPoint {
  readonly training: number;
  readonly validation: number;
}

/** One of GET /api/v1/dead-letters. */
export interface DeadLetter {
  readonly reason: string;
  readonly count: number;
  readonly example: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
    readonly detail: string;
    readonly text: string;
  };
}

/** Of GET /api/v1/entities/{detector}/{entity}/steps; arrays of a step are in the order of `features`. */
export interface EntitySteps {
  readonly stepMs: number;
  readonly features: readonly { readonly feature: string; readonly unit: string }[];
  /** The range had more steps; these are the newest of it. */
  readonly truncated?: boolean;
  readonly steps: readonly EntityStep[];
  /** Newest first; `toMs` `null`: not over. */
  readonly alerts: readonly AlertSpan[];
}

export interface EntityStep {
  /** Begin of the step, Unix ms. */
  readonly atMs: number;
  readonly seen: readonly (number | null)[];
  readonly expected?: readonly (number | null)[];
  /** Ends of the band of what is usual. */
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
  /** Of the whole error, 0…1. */
  readonly share?: readonly (number | null)[];
  readonly score: number | null;
  readonly over: boolean;
}

export interface AlertSpan {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly fromMs: number;
  readonly toMs: number | null;
}

/** Of GET /api/v1/explain. */
export interface StepExplanation {
  readonly sentence: string;
  readonly checks: readonly {
    readonly name: string;
    /** `null`: it was not asked. */
    readonly held: boolean | null;
    readonly detail: string;
  }[];
  readonly features: readonly {
    readonly feature: string;
    readonly share: number | null;
    readonly text: { readonly seen: string; readonly expected: string; readonly remark: string };
  }[];
  readonly notes: readonly string[];
}
