import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Scores at and around the threshold (1) and up to the cap (10). */
const SCORE_BUCKETS = [0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1, 1.25, 1.5, 2, 3, 5, 10];
const DELAY_BUCKETS_SECONDS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];
const TRAINING_BUCKETS_SECONDS = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600];

const ENTITY_INFO = 'strayd_entity_info';

/** strayd's own registry with every metric it exports; names and labels are a fixed interface. */
export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Makes a fresh registry, so that tests and several daemons in one process do not share counts. `entityLabels`: all labels that
 * `strayd_entity_info` may have, those of the detectors' entities.
 */
export function createMetrics(
  build: { readonly version: string; readonly nodeVersion: string },
  entityLabels: readonly string[] = ['detector', 'entity'],
) {
  const registry = new Registry();
  const registers = [registry];
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name, help, labelNames: [...labelNames], registers });
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter<L>({ name, help, labelNames: [...labelNames], registers });
  const histogram = <L extends string>(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames: readonly L[] = [],
  ) => new Histogram<L>({ name, help, labelNames: [...labelNames], buckets: [...buckets], registers });

  const buildInfo = gauge('strayd_build_info', 'Always 1; the labels say which build runs.', [
    'version',
    'node_version',
  ]);
  buildInfo.set({ version: build.version, node_version: build.nodeVersion }, 1);

  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory of the process, the training child not counted.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });

  return {
    registry,
    anomalyScore: gauge(
      'strayd_anomaly_score',
      'Newest score of an entity: below 1 normal, 1 is the threshold that the budget buys, 10 the cap.',
      ['detector', 'entity'],
    ),
    entityInfo: entityInfoGauge(registry, entityLabels),
    scoreSeriesOmitted: gauge(
      'strayd_score_series_omitted',
      'Entities whose score is not exported one by one, because only the highest are.',
      ['detector'],
    ),
    scoreDistribution: histogram(
      'strayd_score_distribution',
      'Scores of all entities, the omitted ones too.',
      SCORE_BUCKETS,
      ['detector'],
    ),
    alertActive: gauge(
      'strayd_alert_active',
      '1 while an alert fires that people are told of (not in observe mode); 0 for 15 minutes after it resolved. Its labels stay as they were at its onset; beside="shift": it fires beside a level that stays.',
      ['detector', 'entity', 'kind', 'severity', 'beside'],
    ),
    shiftActive: gauge(
      'strayd_shift_active',
      '1 while such an alert is a level that stays, whatever kind it began with; 0 for 15 minutes after it resolved.',
      ['detector', 'entity'],
    ),
    alertsTotal: counter('strayd_alerts_total', 'Alerts that fired.', ['detector', 'kind']),
    incidentMessages: counter(
      'strayd_incident_messages_total',
      'Messages about incidents to every edge channel: new, update (it has grown), resolved.',
      ['detector', 'message'],
    ),
    incidentsHeldBack: counter(
      'strayd_incidents_held_back_total',
      'Incidents that people were told of in a summary alone, because of delivery.max_notifications_per_hour.',
    ),
    quietWindows: gauge('strayd_quiet_windows', 'Mutes, maintenance and Alertmanager silences in force.', [
      'kind',
    ]),
    shiftsTotal: counter('strayd_shifts_total', 'Alerts that became a level that stays.', ['detector']),
    alertsResolvedTotal: counter(
      'strayd_alerts_resolved_total',
      'Alerts that ended: recovered, no_data, or accepted as the new normal.',
      ['detector', 'resolution'],
    ),
    featureContribution: gauge(
      'strayd_feature_contribution_ratio',
      "A feature's share of the error of an entity whose alert fires, at its peak.",
      ['detector', 'entity', 'feature'],
    ),
    selfTestRecall: gauge(
      'strayd_self_test_recall',
      'Share of injected faults of a fixed size that would have fired an alert, tested hourly on the last day’s normal rows.',
      ['detector', 'fault'],
    ),
    selfTestSmallestSize: gauge(
      'strayd_self_test_smallest_size',
      "Smallest size of an injected fault found at 90 %, in units of the feature's own spread; +Inf if none is.",
      ['detector', 'fault'],
    ),
    selfTestBlind: gauge(
      'strayd_self_test_blind',
      '1 if less than half of the injected faults would have fired an alert.',
      ['detector', 'fault'],
    ),
    selfTestFallen: gauge(
      'strayd_self_test_fallen',
      '1 if recall is clearly below what it was when the model was trained.',
      ['detector', 'fault'],
    ),
    selfTestTime: gauge(
      'strayd_self_test_timestamp_seconds',
      'When the self-test gave these figures; the training of the model in use if none has since.',
      ['detector'],
    ),
    entities: gauge('strayd_entities', 'Entities by state: known, or with an open alert.', [
      'detector',
      'state',
    ]),
    samplesTotal: counter('strayd_samples_total', 'Samples read, by what became of them.', [
      'source',
      'result',
    ]),
    lateSamplesTotal: counter(
      'strayd_late_samples_total',
      'Samples that came after their step was closed; raise allowed_lateness if this grows.',
      ['source'],
    ),
    deadLettersTotal: counter('strayd_dead_letters_total', 'Records that could not be used.', [
      'source',
      'reason',
    ]),
    limitExceededTotal: counter('strayd_limit_exceeded_total', 'Times a bound was reached.', ['limit']),
    kafkaLag: gauge('strayd_kafka_lag_records', 'Records between what was read and the end of the log.', [
      'topic',
      'partition',
    ]),
    watermarkLag: gauge(
      'strayd_watermark_lag_seconds',
      "How far the slowest non-idle partition's event time is behind the wall clock.",
      ['source'],
    ),
    windowsScoredTotal: counter('strayd_windows_scored_total', 'Steps scored.', ['detector']),
    lastScored: gauge(
      'strayd_last_scored_timestamp_seconds',
      'Event time of the newest scored step; a growing distance from now is a blind detector.',
      ['detector'],
    ),
    detectionDelay: histogram(
      'strayd_detection_delay_seconds',
      'From the end of the step that confirmed an alert to its delivery.',
      DELAY_BUCKETS_SECONDS,
    ),
    trainingRunsTotal: counter('strayd_training_runs_total', 'Training runs by outcome.', [
      'detector',
      'outcome',
    ]),
    trainingRejections: gauge(
      'strayd_training_rejections_in_a_row',
      'Newest trainings that were rejected one after the other; from 3 on the model grows old.',
      ['detector'],
    ),
    trainingDuration: histogram(
      'strayd_training_duration_seconds',
      'Wall time of training runs.',
      TRAINING_BUCKETS_SECONDS,
    ),
    dryRunsTotal: counter(
      'strayd_dry_runs_total',
      'Tries of an edited configuration, by what became of them; `busy` and `invalid` were refused.',
      ['outcome'],
    ),
    modelInfo: gauge('strayd_model_info', 'Always 1; the labels name the model in use.', [
      'detector',
      'version',
      'backend',
    ]),
    modelTrained: gauge('strayd_model_trained_timestamp_seconds', 'When the model in use was trained.', [
      'detector',
    ]),
    warmupRatio: gauge('strayd_warmup_ratio', 'Share of the history that the first training waits for.', [
      'detector',
    ]),
    bootstrapRatio: gauge(
      'strayd_bootstrap_ratio',
      'Share of the history to be read back that was read, in the last reading.',
      ['detector'],
    ),
    budgetUsed: gauge(
      'strayd_alert_budget_used_ratio',
      'Delivered incidents of the last 7 days without a member labelled real (of a budget per entity: once for each entity in them), divided by the budget.',
      ['detector'],
    ),
    deliveriesTotal: counter('strayd_deliveries_total', 'Attempts to deliver, by outcome.', [
      'channel',
      'outcome',
    ]),
    outboxPending: gauge('strayd_outbox_pending', 'Notifications that wait for delivery.', ['channel']),
    outboxDead: gauge(
      'strayd_outbox_dead',
      'Notifications that were given up; "strayd alerts resend" sends them again.',
      ['channel'],
    ),
    eventLoopDelay: gauge(
      'strayd_event_loop_delay_seconds',
      '99th percentile of how long the event loop kept what was due waiting, since the last look a few seconds ago.',
      ['thread'],
    ),
    storeBytes: gauge('strayd_store_bytes', 'Size of the data directory.'),
    fetchedBytes: gauge(
      'strayd_fetched_bytes',
      'Records fetched from Kafka that wait for their turn, in bytes; bounded by limits.batch_memory.',
    ),
    reloadSuccessful: gauge(
      'strayd_config_last_reload_successful',
      'Whether the configuration was taken up when it was loaded last, be it at the start.',
    ),
    reloadSuccessTime: gauge(
      'strayd_config_last_reload_success_timestamp_seconds',
      'When a configuration was taken up last.',
    ),
    changingSince: gauge(
      'strayd_detector_changing_since_timestamp_seconds',
      'Event time since which a changed detector warms up beside the one that still watches; absent when none does.',
      ['detector'],
    ),
    eventsTotal: counter('strayd_events_total', 'Log lines by event; each event is logged and counted.', [
      'event',
      'level',
    ]),
  };
}

/** `strayd_entity_info` with labels for other entities; what it told is gone. */
export function renewEntityInfo(metrics: Metrics, entityLabels: readonly string[]): void {
  metrics.registry.removeSingleMetric(ENTITY_INFO);
  metrics.entityInfo = entityInfoGauge(metrics.registry, entityLabels);
}

function entityInfoGauge(registry: Registry, labelNames: readonly string[]): Gauge {
  const help =
    "Always 1, for the entities with a score series; the labels are the entity's own, to join other metrics on.";
  return new Gauge({ name: ENTITY_INFO, help, labelNames: [...labelNames], registers: [registry] });
}
