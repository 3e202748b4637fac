import type { DetectorSpec } from '../core/detector.ts';
import type { OutboxMark, ResendChoice } from '../core/outbox.ts';
import type { Acceptance } from '../pipeline/alerts/acceptance.ts';
import type { IncidentUpdate } from '../pipeline/alerts/incident.ts';
import type { AlertTransition, AlertNotification, WindowChange } from '../pipeline/effects.ts';
import type { AlertLabel } from '../server/views/alert-view.ts';
import type { TrainingRun } from '../store/training-run-repository.ts';
import type { TrainingCard } from '../training/training-card.ts';
import type { PipelineWorkerData } from './pipeline.ts';
import type { Shadow } from './reload/detector-plan.ts';
import type { TelemetryEvent } from './telemetry.ts';
import type { ThresholdSummary } from '../pipeline/threshold-summary.ts';

/** The newest score of one entity, as /metrics shows it. */
export interface PublishedScore {
  readonly detector: string;
  readonly entity: string;
  readonly score: number;
  readonly stepEndMs: number;
}

/** Where a source's partition stands. */
export interface PublishedPartition {
  readonly source: string;
  readonly topic: string;
  readonly partition: number;
  readonly lagRecords: number;
  readonly watermarkMs: number;
  readonly idle: boolean;
}

/** A message about an incident, as /metrics counts it. */
export interface PublishedMessage {
  readonly detector: string;
  readonly message: 'new' | 'update' | 'resolved';
}

/** How far a detector is. */
export interface PublishedDetector {
  readonly detector: string;
  readonly entities: number;
  readonly openAlerts: number;
  /** Share of the history wanted for the first training, 0…1. */
  readonly warmupRatio: number;
  readonly modelVersion: string | null;
  /** `null` while nothing is scored. */
  readonly threshold: ThresholdSummary | null;
}

/** What became true with one checkpoint: sent after its transaction, never before. */
export interface Published {
  readonly sequence: number;
  readonly scores: readonly PublishedScore[];
  /** Every score of the checkpoint by detector, for the distribution and the count of scored windows. */
  readonly allScores: Readonly<Record<string, Float64Array>>;
  readonly transitions: readonly AlertTransition[];
  readonly notifications: readonly AlertNotification[];
  readonly incidents: readonly IncidentUpdate[];
  /** Detectors' messages to people: one an incident that began, one that grew or ended. */
  readonly told: readonly PublishedMessage[];
  /** Incidents of them that the brake held back. */
  readonly heldBack: number;
  readonly samples: readonly { readonly source: string; readonly result: string; readonly count: number }[];
  readonly deadLetters: readonly {
    readonly source: string;
    readonly reason: string;
    readonly count: number;
  }[];
  readonly partitions: readonly PublishedPartition[];
  readonly detectors: readonly PublishedDetector[];
  readonly storeBytes: number;
  /** Fetched records that wait for their turn. */
  readonly waitingBytes: number;
  readonly forgotten: readonly { readonly detector: string; readonly entity: string }[];
  /** Event loop delay of the pipeline thread, 99th percentile, seconds. */
  readonly loopDelaySeconds: number;
}

/** A model file that the training process left, to be put to use. */
export interface TrainedModel {
  readonly detector: string;
  readonly version: string;
  /** Absolute path of the model file. */
  readonly path: string;
  readonly sha256: string;
  readonly card: TrainingCard;
  /** False if the promotion gate kept the champion: the version is kept on record only. */
  readonly promoted: boolean;
}

/** What the main thread asks of the pipeline thread; each is answered. */
export type PipelineCall =
  | { readonly kind: 'ping' }
  /** A training is under way: on record from now on, so that one whose end nobody sees is not forgotten. */
  | { readonly kind: 'training_started'; readonly detector: string; readonly startedMs: number }
  /** A training has ended: goes on record with its model, and one that was promoted is put to use. Answers false if its detector has changed, so that the model is of no use. */
  | {
      readonly kind: 'trained';
      readonly run: TrainingRun;
      readonly trained: TrainedModel | null;
      /** The detector as it was trained; absent: as it runs. */
      readonly spec?: DetectorSpec;
    }
  /** The configuration was loaded anew; `notes`: decisions to be kept with it. */
  | {
      readonly kind: 'reload';
      readonly data: PipelineWorkerData;
      readonly notes: readonly { readonly name: string; readonly text: string }[];
    }
  /** A kept version takes the place of the one in use; `null`: the one in use before. Answers the version. */
  | { readonly kind: 'roll_back'; readonly detector: string; readonly version: string | null }
  /** A model file goes on the shelf. Answers the version. */
  | { readonly kind: 'import_model'; readonly bytes: Uint8Array }
  | { readonly kind: 'label'; readonly id: string; readonly label: AlertLabel }
  /** The levels of alerts that began within some steps are normal. */
  | { readonly kind: 'accept'; readonly accepted: readonly Omit<Acceptance, 'effectiveStep'>[] }
  | { readonly kind: 'resend'; readonly choice: ResendChoice }
  /** Mutes and maintenance, there from now on or not any more; silences only go on record. Answers whether each was written. */
  | { readonly kind: 'windows'; readonly changes: readonly WindowChange[] }
  | { readonly kind: 'outbox_marks'; readonly marks: readonly OutboxMark[] }
  /** The simulated fleet goes on with its live part. */
  | { readonly kind: 'resume' }
  | { readonly kind: 'stop' };

export type ToPipeline = { readonly id: number; readonly call: PipelineCall };

/** Why the pipeline thread could not start; `code` is the store error's, if it was the store. */
export interface StartFailure {
  readonly message: string;
  readonly code: string | null;
}

export type FromPipeline =
  /** The store is open and reading has begun, or the one sentence why not. */
  | { readonly type: 'ready' }
  | { readonly type: 'not_started'; readonly failure: StartFailure }
  /** Which detectors run from now on; sent before anything of them. */
  | {
      readonly type: 'planned';
      /** Of the configuration, see `PipelineWorkerData`. */
      readonly generation: number;
      readonly serving: readonly DetectorSpec[];
      readonly shadows: readonly Shadow[];
    }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly message: string }
  | { readonly type: 'published'; readonly published: Published }
  | { readonly type: 'event'; readonly event: TelemetryEvent }
  /** The topics can't be shared with who reads them already: nothing is read. */
  | { readonly type: 'refused'; readonly why: string }
  /** Enough history for the first training of a detector. */
  | { readonly type: 'training_due'; readonly detector: string }
  /** The stream has come to its end (simulated fleet: history, then live). */
  | { readonly type: 'stream_ended'; readonly part: 'history' | 'live' };
