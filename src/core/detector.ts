/** One label condition of a PromQL selector; regular expressions are fully anchored, as in Prometheus. */
export interface LabelMatcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** How a feature's value at a step is made from its series. */
export interface FeatureSpec {
  readonly name: string;
  /** Of a histogram its own name, without `_bucket`, `_sum` and `_count`. */
  readonly metric: string;
  /** All must hold, beside the detector's own selector. */
  readonly where: readonly LabelMatcher[];
  /**
   * `rate`: per-second increase of a counter, resets taken into account. Of a histogram what was observed in the step: its `mean`, or a
   * `quantile` as Prometheus' `histogram_quantile` has it; NaN where nothing was observed.
   */
  readonly as: 'gauge' | 'rate' | 'mean' | 'quantile';
  /** Of `as: quantile`: which one, 0…1. */
  readonly quantile?: number;
  /** Series of a histogram are always added up. */
  readonly aggregate: 'sum' | 'mean' | 'min' | 'max';
  /** For people, e.g. `cores`; empty if unknown. */
  readonly unit: string;
  /** What is its own of the alert's gates; absent: nothing. */
  readonly gate?: FeatureGate;
}

/** Which way a value went. */
export type Direction = 'up' | 'down';

/** Least change of a feature against what was expected: both must be reached. */
export interface LeastChange {
  /** Share of what was expected, 0.1 = 10 %. */
  readonly relative: number;
  /** In the feature's own unit. */
  readonly absolute: number;
}

/** A feature's own gates, in the place of the detector's; `null`: those of the detector. */
export interface FeatureGate {
  readonly direction: 'both' | Direction | null;
  readonly minChange: LeastChange | null;
  /** A new level in this direction never becomes normal by itself (`accept_after`); `null`: either may. */
  readonly worse: Direction | null;
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
  /** Entities that get a net of their own, fine-tuned from their cohort's; absent: none. */
  readonly ownNets?: readonly string[];
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

/** When an entity whose data stop is told of. */
export interface AbsenceRule {
  /** `auto`: not where entities come and go. */
  readonly mode: 'auto' | 'on' | 'off';
  /** How far the source has gone on without the entity, ms. */
  readonly afterMs: number;
}

/** When a feature that used to move and stands still exactly is told of. */
export interface FlatlineRule {
  /** It stands still for so long at least, ms; mostly what it has shown before asks for more. */
  readonly afterMs: number;
}

export interface AlertSpec {
  readonly budget: AlertBudget;
  /** Firing takes `steps` over within the last `of`. */
  readonly confirm: { readonly steps: number; readonly of: number };
  readonly severity: string;
  readonly direction: 'both' | Direction;
  readonly minChange: LeastChange;
  /** So many features at least must stray. */
  readonly minFeatures: number;
  /** How long after an alert only what is stranger than its peak makes another one of the same feature, ms. */
  readonly refractoryMs: number;
  /** A firing alert is told again so often, ms; 0: never. */
  readonly repeatIntervalMs: number;
  /** A level that has stayed for so long becomes normal by itself, ms; `null`: never. */
  readonly acceptAfterMs: number | null;
  /** So long a normal that is not seen is remembered beside an accepted one, ms. */
  readonly acceptMemoryMs: number;
  /** Page that says what to do; `null`: none. */
  readonly runbookUrl: string | null;
  /** Absent: see `groupingOf`. */
  readonly grouping?: AlertGrouping;
  /** Absent: nobody is told of it. */
  readonly absence?: AbsenceRule;
  readonly flatline?: FlatlineRule;
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
