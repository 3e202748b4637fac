import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { newDashboard } from './dashboard.ts';
import { stat, timeseries } from './panels.ts';

/** How strayd itself is: does it read, score, train and deliver. */
export function healthDashboard(): Dashboard {
  return newDashboard({
    uid: 'strayd-health',
    title: 'strayd: its own health',
    description: 'Does it read, score, train and deliver? A detector that is silently blind shows here.',
  })
    .withPanel(
      stat(
        {
          title: 'Behind Kafka',
          description: 'Records between what was read and the end of the log.',
          bad: 100_000,
        },
        { expr: 'sum(strayd_kafka_lag_records)', legend: 'lag' },
      ),
    )
    .withPanel(
      stat(
        {
          title: 'Event time behind',
          description: 'Slowest non-idle partition of any source against the wall clock.',
          unit: 's',
        },
        { expr: 'max(strayd_watermark_lag_seconds)', legend: 'behind' },
      ),
    )
    .withPanel(
      stat(
        {
          title: 'Waiting for delivery',
          description: 'Notifications in the outbox. Growing: a channel is down.',
          bad: 100,
        },
        { expr: 'sum(strayd_outbox_pending) or vector(0)', legend: 'waiting' },
      ),
    )
    .withPanel(
      stat(
        { title: 'Oldest model', description: 'Since its training.', unit: 's' },
        { expr: 'time() - min(strayd_model_trained_timestamp_seconds)', legend: 'age' },
      ),
    )
    .withPanel(
      stat(
        { title: 'Store', description: 'Size of the data directory.', unit: 'bytes' },
        { expr: 'sum(strayd_store_bytes)', legend: 'store' },
      ),
    )
    .withPanel(
      stat(
        {
          title: 'Memory',
          description: 'Resident memory of the process, training child not counted.',
          unit: 'bytes',
        },
        {
          expr: 'max(process_resident_memory_bytes and on (job, instance) strayd_build_info)',
          legend: 'memory',
        },
      ),
    )
    .withPanel(
      timeseries(
        {
          title: 'Samples',
          description: 'By what became of them. Mostly `unselected`: look at `select`.',
          stacked: true,
        },
        [
          {
            expr: 'sum by (source, result) (rate(strayd_samples_total[$__rate_interval]))',
            legend: '{{source}} {{result}}',
          },
        ],
      ),
    )
    .withPanel(
      timeseries(
        {
          title: 'Late samples and dead letters',
          description: 'Late: raise allowed_lateness. Dead letters: /api/v1/dead-letters has examples.',
        },
        [
          {
            expr: 'sum by (source) (rate(strayd_late_samples_total[$__rate_interval]))',
            legend: '{{source}} late',
          },
          {
            expr: 'sum by (source, reason) (rate(strayd_dead_letters_total[$__rate_interval]))',
            legend: '{{source}} {{reason}}',
          },
        ],
      ),
    )
    .withPanel(
      timeseries(
        { title: 'Lag by partition', description: 'One that stands out is a slow or hot partition.' },
        [{ expr: 'strayd_kafka_lag_records', legend: '{{topic}}/{{partition}}' }],
      ),
    )
    .withPanel(
      timeseries(
        {
          title: 'Steps scored',
          description: 'Per second. Zero while samples come in: the detector is blind.',
        },
        [
          {
            expr: 'sum by (detector) (rate(strayd_windows_scored_total[$__rate_interval]))',
            legend: '{{detector}}',
          },
        ],
      ),
    )
    .withPanel(
      timeseries({ title: 'Training runs', description: 'By outcome, each day.', stacked: true }, [
        {
          expr: 'sum by (detector, outcome) (increase(strayd_training_runs_total[1d]))',
          legend: '{{detector}} {{outcome}}',
        },
      ]),
    )
    .withPanel(
      timeseries(
        {
          title: 'Self-test',
          description:
            'Share of injected faults that would raise an alert, tested hourly. A fall: see the runbook.',
        },
        [{ expr: 'min by (detector, fault) (strayd_self_test_recall)', legend: '{{detector}} {{fault}}' }],
      ),
    )
    .withPanel(
      timeseries({ title: 'Deliveries', description: 'Attempts by outcome.', stacked: true }, [
        {
          expr: 'sum by (channel, outcome) (increase(strayd_deliveries_total[$__rate_interval]))',
          legend: '{{channel}} {{outcome}}',
        },
      ]),
    )
    .withPanel(
      timeseries(
        {
          title: 'Event loop delay',
          description: '99th percentile. Above a second the thread is overloaded.',
          unit: 's',
        },
        [{ expr: 'strayd_event_loop_delay_seconds', legend: '{{thread}}' }],
      ),
    )
    .withPanel(
      timeseries(
        { title: 'Bounds reached', description: 'Times a limit held something back. Named once in the log.' },
        [
          {
            expr: 'sum by (limit) (increase(strayd_limit_exceeded_total[1h])) or vector(0)',
            legend: '{{limit}}',
          },
        ],
      ),
    )
    .build();
}
