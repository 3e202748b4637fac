import type { Labels } from '../core/sample.ts';
import type { Alert, AlertKind, AlertState } from '../pipeline/effects.ts';
import type { SeriesStep, StepExplanation } from '../pipeline/explain/step-explanation.ts';
import type { ReloadView } from './reload-api.ts';
import type { ThresholdSummary } from '../pipeline/threshold-summary.ts';

/** What an operator says an alert was; training and calibration read it. */
export type AlertLabel = 'real' | 'planned' | 'false';

/** An alert with what people added to it. */
export interface AlertView {
  readonly alert: Alert;
  readonly label: AlertLabel | null;
  /** The whole explanation in words. */
  readonly text: string;
  /** Onset, RFC 3339. */
  readonly since: string;
  /** The incident that it is told with; `null` if it did not fire. */
  readonly incident: string | null;
  /** Meant to be told to people; false in observe mode, while provisional, or if too old when found. */
  readonly deliver: boolean;
}

export interface AlertFilter {
  readonly detector?: string;
  readonly entity?: string;
  readonly state?: AlertState;
  readonly incident?: string;
  readonly limit: number;
}

/** Alerts that are told as one. */
export interface IncidentView {
  readonly id: string;
  readonly detector: string;
  /** Labels that its members share. */
  readonly group: Readonly<Record<string, string>>;
  /** `waiting`: nothing was told yet. */
  readonly state: 'waiting' | 'firing' | 'resolved';
  /** Told to people; false for alerts that are only on record. */
  readonly deliver: boolean;
  /** Earliest onset, RFC 3339. */
  readonly since: string;
  readonly resolvedAt: string | null;
  readonly alerts: number;
  readonly firing: number;
  readonly messages: number;
  /** Likeliest first cause first; a list of incidents names at most 20 of each. */
  readonly members: readonly {
    readonly id: string;
    readonly entity: string;
    readonly kind: string;
    readonly state: string;
    readonly since: string;
    readonly score: number;
    readonly feature: string | null;
  }[];
}

/** A mute or maintenance, or a silence of an Alertmanager; times in RFC 3339. */
export interface WindowView {
  readonly id: string;
  readonly kind: 'mute' | 'maintenance' | 'silence';
  /** `config`, `api`, or the Alertmanager's host. */
  readonly origin: string;
  readonly detector: string | null;
  readonly entity: string | null;
  /** A PromQL selector; `{}`: everything. */
  readonly match: string;
  /** `null`: since ever, and for ever. */
  readonly start: string | null;
  readonly end: string | null;
  readonly schedule: string | null;
  readonly timezone: string | null;
  readonly duration: string | null;
  /** In force now. */
  readonly active: boolean;
  readonly comment: string;
  /** Only in the answer to a request: what whoever made it had better know, in sentences. */
  readonly note?: string;
}

/** A wish not to be told of a detector, or of one entity of it, for `durationMs` from now. */
export interface MuteRequest {
  readonly detector: string;
  readonly entity?: string;
  readonly for: string;
  readonly comment?: string;
}

/** Planned work: `start` and `end` (also in the past), or `schedule` and `duration`. */
export interface MaintenanceRequest {
  readonly match?: string;
  readonly start?: string;
  readonly end?: string;
  readonly schedule?: string;
  readonly duration?: string;
  readonly timezone?: string;
  readonly comment?: string;
}

export interface IncidentFilter {
  readonly detector?: string;
  readonly state?: 'open' | 'resolved';
  readonly limit: number;
}

/** A notification on its way to an edge channel, without its body. */
export interface DeliveryView {
  readonly incident: string;
  readonly channel: string;
  readonly status: 'pending' | 'delivered' | 'dead';
  readonly attempts: number;
  readonly lastError: string | null;
  readonly idempotencyKey: string;
  /** RFC 3339; of the newest time that it was to be sent. */
  readonly since: string;
  readonly deliveredAt: string | null;
}

export interface DeliveryQuery {
  readonly status?: DeliveryView['status'];
  readonly channel?: string;
  readonly alert?: string;
  readonly limit: number;
}

/** What to send again: the notifications of an incident (by its id or that of one of its alerts), or (`dead`) from the first one given up of each incident and channel on. */
export interface ResendRequest {
  readonly alert?: string;
  readonly dead?: boolean;
  readonly channel?: string;
}

/** What came back of one test message. */
export interface AttemptView {
  readonly event: 'firing' | 'resolved';
  readonly ok: boolean;
  readonly answer: string;
}

export interface ModelView {
  readonly detector: string;
  readonly version: string;
  readonly status: string;
  /** Why it has its status; may be empty. */
  readonly reason: string;
  /** Of the model file. */
  readonly sha256: string;
  /** When it was trained or imported, RFC 3339. */
  readonly created: string;
  /** Event time from which it was put to use last, RFC 3339; `null` if it never was. */
  readonly activeFrom: string | null;
  readonly card: unknown;
}

export interface DeadLetterView {
  readonly source: string;
  readonly reason: string;
  readonly count: number;
  readonly example: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
    readonly detail: string;
    /** First bytes as text. */
    readonly text: string;
  };
}

/** How a detector did in the self-test of the last hour. */
export interface SelfTestView {
  /** When the figures were made, Unix ms; `null`: not since the start. */
  readonly testedMs: number | null;
  /** The model in use then. */
  readonly version: string | null;
  /** Why the newest test gave no figures, `null` if it did. */
  readonly detail: string | null;
  readonly faults: readonly {
    readonly fault: string;
    /** Share of injected faults of a fixed size that raised an alert, now and when the model was trained. */
    readonly recall: number;
    readonly trainedRecall: number | null;
    /** Smallest size found at 90 %, in units of the feature's own spread; `null` if none is. */
    readonly smallestSize: number | null;
    /** Clearly below what it was at training: more than chance does. */
    readonly fallen: boolean;
  }[];
}

/** Which step to explain; `at` in RFC 3339 or epoch seconds, `null`: the newest. */
export interface ExplainQuery {
  readonly detector: string;
  readonly entity: string;
  readonly at: string | null;
}

/** Which steps of an entity to draw; `null`: as far as they are kept. */
export interface StepsQuery {
  readonly detector: string;
  readonly entity: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** Seen against expected of one entity over a range. */
export interface EntitySteps {
  readonly detector: string;
  readonly entity: string;
  readonly labels: Labels;
  readonly stepMs: number;
  /** In the order of the arrays of `steps`. */
  readonly features: readonly { readonly feature: string; readonly unit: string }[];
  /** The range had more steps; these are the newest of it. */
  readonly truncated: boolean;
  readonly steps: readonly SeriesStep[];
  /** Newest first; `toMs` `null`: not over. */
  readonly alerts: readonly {
    readonly id: string;
    readonly kind: AlertKind;
    readonly state: AlertState;
    readonly fromMs: number;
    readonly toMs: number | null;
  }[];
}

/** A bound under `limits` that a source exceeds; times in RFC 3339. */
export interface LimitView {
  readonly source: string;
  /** As in `strayd_limit_exceeded_total{limit}`. */
  readonly limit: string;
  /** Where it is set. */
  readonly key: string | null;
  /** How often, since `since`. */
  readonly count: number;
  readonly since: string;
  readonly last: string;
  /** What it means and the way out. */
  readonly text: string;
}

/** History that is being read back; `ratio` 0…1. */
export interface BootstrapView {
  readonly ratio: number;
  /** One sentence for people. */
  readonly text: string;
}

/** How far a detector is that will take another's place. */
export interface NextDetectorView {
  /** Event time at which it began, RFC 3339; `null` if that is not known. */
  readonly since: string | null;
  /** Share of the history wanted for its first training, 0…1. */
  readonly warmupRatio: number;
  /** `null`: it is not trained yet. */
  readonly modelVersion: string | null;
}

/** What the daemon tells of itself in one look. */
export interface StatusView {
  readonly version: string;
  readonly startedMs: number;
  readonly trouble: readonly string[];
  /** What became of the newest reload of the configuration; `null` or absent: none yet. */
  readonly reload?: ReloadView | null;
  /** Mutes and maintenance in force. */
  readonly quiet: readonly WindowView[];
  /** Bounds that were exceeded in the last ten minutes. */
  readonly limits: readonly LimitView[];
  readonly detectors: readonly {
    readonly detector: string;
    readonly mode: string;
    readonly entities: number;
    readonly openAlerts: number;
    readonly warmupRatio: number;
    /** `null` unless history is being read back just now. */
    readonly bootstrap: BootstrapView | null;
    readonly modelVersion: string | null;
    readonly training: string;
    /** It was configured to watch otherwise, and what is to take its place warms up; `null` or absent: it is as configured. */
    readonly next?: NextDetectorView | null;
    /** Where the thresholds lie now, `null` while nothing is scored. */
    readonly threshold: ThresholdSummary | null;
    /** `null` before the first test since the start. */
    readonly selfTest: SelfTestView | null;
  }[];
}

/** Answer to a request that may be refused: `unknown` = what it names is not there, `invalid` = it is not well put. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'unknown' | 'refused' | 'invalid'; readonly detail: string };

/** Answer to a request to train now. */
export type TrainAnswer = 'started' | 'busy';

/** Something that was changed on purpose: the alerts that begin around it are a new normal. */
export interface DeployEvent {
  /** Of all detectors if none is named. */
  readonly detector?: string;
  readonly entity?: string;
  /** A PromQL selector on the entity labels, such as `{instance=~"web-.*"}`. */
  readonly match?: string;
  /** RFC 3339; absent: the newest time in the data. */
  readonly time?: string;
}

/** What is taken for normal from now on: alerts of these entities that began within these times, RFC 3339, both inclusive. */
export interface AcceptanceView {
  readonly detector: string;
  /** `null`: all that match. */
  readonly entity: string | null;
  readonly match: string | null;
  readonly from: string;
  readonly to: string;
}

/** What the HTTP side needs of the daemon; `app/` provides it. */
export interface Backend {
  /** Why the pipeline is not alive, `null` if it is. */
  notAlive(): string | null;
  /** What is still missing before the daemon is ready; empty = ready. */
  notReady(): readonly string[];
  status(): StatusView;
  alerts(filter: AlertFilter): readonly AlertView[];
  /** Why nothing fits a filter: the detector or entity that it names is not there; `null` if they are. */
  unknownSubject(filter: Pick<AlertFilter, 'detector' | 'entity'>): string | null;
  alert(id: string): AlertView | null;
  /** Newest first. */
  incidents(filter: IncidentFilter): readonly IncidentView[];
  incident(id: string): IncidentView | null;
  /** Answers false if there is no such alert. */
  label(id: string, label: AlertLabel): Promise<boolean>;
  /** Why an alert did or did not fire at a kept step. */
  explain(query: ExplainQuery): Promise<Outcome<StepExplanation>>;
  /** Seen against expected over a range of kept steps. */
  steps(query: StepsQuery): Promise<Outcome<EntitySteps>>;
  /** Windows of some kinds, past ones too. */
  windows(kinds: readonly WindowView['kind'][]): readonly WindowView[];
  mute(request: MuteRequest): Promise<Outcome<WindowView>>;
  maintain(request: MaintenanceRequest): Promise<Outcome<WindowView>>;
  /** Ends a mute, or takes maintenance back as if it had not been. */
  removeWindow(id: string, kind: WindowView['kind']): Promise<Outcome<null>>;
  /** Takes the level of a firing alert for a new normal. */
  accept(id: string): Promise<Outcome<AcceptanceView>>;
  /** Takes the levels that a deployment brings for new normals; one answer a detector. */
  deployed(event: DeployEvent): Promise<Outcome<readonly AcceptanceView[]>>;
  /** Newest first. */
  deliveries(query: DeliveryQuery): readonly DeliveryView[];
  /** Answers how many are sent again. */
  resend(request: ResendRequest): Promise<number>;
  hasChannel(name: string): boolean;
  /** Sends a test alert and its end through one channel. */
  testChannel(name: string): Promise<readonly AttemptView[]>;
  models(detector: string | null): readonly ModelView[];
  /** The bytes of a version's model file, `null` if there is none. */
  modelFile(version: string): Promise<Uint8Array | null>;
  /** Puts a kept version to use; `version` `null`: the one in use before. */
  rollBack(detector: string, version: string | null): Promise<Outcome<ModelView>>;
  /** Takes a model file in, without using it. */
  importModel(bytes: Uint8Array): Promise<Outcome<ModelView>>;
  deadLetters(): readonly DeadLetterView[];
  hasDetector(name: string): boolean;
  train(detector: string): TrainAnswer;
  /** Ends a training under way or takes it from the queue; answers false if there is none. */
  cancelTraining(detector: string): boolean;
  /** The text of /metrics. */
  metrics(): Promise<string>;
}
