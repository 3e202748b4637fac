/** One label condition of a PromQL selector; regular expressions are fully anchored, as in Prometheus. */
export interface LabelMatcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** How a feature's value at a step is made from its series. */
export interface FeatureSpec {
  readonly name: string;
  readonly metric: string;
  /** All must hold, beside the detector's own selector. */
  readonly where: readonly LabelMatcher[];
  /** `rate`: per-second increase of a counter, resets taken into account. */
  readonly as: 'gauge' | 'rate';
  readonly aggregate: 'sum' | 'mean' | 'min' | 'max';
  /** For people, e.g. `cores`; empty if unknown. */
  readonly unit: string;
}

/** `type: none` leaves the guards alone on watch. */
export interface ModelSpec {
  readonly type: 'auto' | 'linear' | 'dense' | 'lstm' | 'conv' | 'variational' | 'none';
  /** Upper bounds of the encoder's layer widths, the last one's for the bottleneck (DESIGN §5.9). */
  readonly layers: readonly number[];
  /** Share of the windows' variance that sizes every bottleneck, above 0 and up to 1. */
  readonly bottleneck: number;
  /** sd of what is added to the net's inputs in training, in units of each feature's spread. */
  readonly noise: number;
  readonly loss: 'mse' | 'huber' | 'cross_entropy';
  readonly learningRate: number;
  readonly batchSize: number;
  readonly maxEpochs: number;
  readonly backend: 'auto' | 'native' | 'wasm' | 'cpu';
  readonly seed: number;
}

/** How many delivered incidents people accept: of the whole detector, or of each entity. */
export interface AlertBudget {
  readonly count: number;
  readonly perMs: number;
  readonly scope: 'detector' | 'entity';
}

/** How alerts become incidents, each of them one message to people. */
export interface AlertGrouping {
  /** Labels of the entity or its cohort that members share; empty: the whole detector is one group. */
  readonly by: readonly string[];
  /** The first message waits so long for others to join. */
  readonly waitMs: number;
  /** An alert that fires later than this after the newest member opens an incident of its own. */
  readonly intervalMs: number;
}

export interface AlertSpec {
  readonly budget: AlertBudget;
  /** Firing takes `steps` over within the last `of`. */
  readonly confirm: { readonly steps: number; readonly of: number };
  readonly severity: string;
  readonly direction: 'both' | 'up' | 'down';
  /** Least relative change of the culprit against expected, 0.1 = 10 %. */
  readonly minChange: number;
  /** Page that says what to do; `null`: none. */
  readonly runbookUrl: string | null;
  /** Absent: see `groupingOf`. */
  readonly grouping?: AlertGrouping;
}

/** Where history is read from before the first live record; `limitMs`: how long that may take. */
export interface BootstrapSpec {
  readonly from: 'kafka' | 'prometheus';
  readonly limitMs: number;
}

export interface TrainingSpec {
  /** Cron expression, UTC unless `timezone`. */
  readonly schedule: string;
  readonly timezone: string;
  readonly spanMs: number;
  readonly quarantineMs: number;
  readonly fineTune: boolean;
  /** Least scored-or-stored steps of an entity before the first training. */
  readonly minSteps: number;
  /** A run that takes longer, or a process that takes more memory, is ended. */
  readonly timeLimitMs: number;
  readonly memoryLimitBytes: number;
  /** Versions kept beside the one in use, and as many rejected ones. */
  readonly keep: number;
  /** Absent: a topic that was not read yet is read from its beginning. */
  readonly bootstrap?: BootstrapSpec;
}

/** A detector as the pipeline sees it: resolved, defaults filled in, durations in ms. */
export interface DetectorSpec {
  readonly name: string;
  readonly source: string | null;
  readonly mode: 'observe' | 'alert';
  readonly select: readonly LabelMatcher[];
  /** Labels whose values name the entity, in this order. */
  readonly entity: readonly string[];
  readonly cohort: readonly string[];
  /** Sorted by name: a vector's columns are in this order. */
  readonly features: readonly FeatureSpec[];
  /** `features: auto`: they are chosen from the topic once and then kept; none until that is done. */
  readonly autoFeatures?: true;
  readonly stepMs: number;
  /** Window lengths in steps, ascending. */
  readonly windows: readonly number[];
  readonly allowedLatenessMs: number;
  readonly absentAfterMs: number;
  readonly maxFutureMs: number;
  readonly forgetAfterMs: number;
  readonly model: ModelSpec;
  readonly training: TrainingSpec;
  readonly calibration: { readonly schedule: string };
  readonly alert: AlertSpec;
}
