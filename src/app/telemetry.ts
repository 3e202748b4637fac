/** Everything that strayd logs; each one is also counted by `strayd_events_total`. */
export type EventName =
  | 'started'
  | 'stopped'
  | 'kafka_trouble'
  | 'kafka_recovered'
  | 'kafka_log'
  | 'source_trouble'
  | 'source_recovered'
  | 'partition_assigned'
  | 'partition_revoked'
  | 'offset_lost'
  | 'topic_replaced'
  | 'sharing_refused'
  | 'offset_reset'
  | 'reloaded'
  | 'reload_failed'
  | 'detector_succeeded'
  | 'features_chosen'
  | 'dry_run'
  | 'dry_run_failed'
  | 'bootstrap'
  | 'bootstrap_failed'
  | 'store_full'
  | 'store_recovered'
  | 'limit_reached'
  | 'limit_kept'
  | 'dead_letter_trouble'
  | 'dead_letter_recovered'
  | 'training_started'
  | 'training_ended'
  | 'training_rejected'
  | 'drifted'
  | 'self_test_fell'
  | 'self_test_recovered'
  | 'model_activated'
  | 'model_rolled_back'
  | 'alert'
  | 'delivery_trouble'
  | 'delivery_recovered'
  | 'held_back'
  | 'silences_unknown'
  | 'window_unusable'
  | 'template_failed'
  | 'failed';

/** One thing that happened, for the log and the counters. */
export interface TelemetryEvent {
  readonly event: EventName;
  readonly level: 'info' | 'warn' | 'error';
  /** One sentence for people. */
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** The one call that both logs and counts, so that nothing is logged without being counted. */
export type Report = (event: TelemetryEvent) => void;
