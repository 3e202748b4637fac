import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { labelVariable, newDashboard } from './dashboard.ts';
import { stat, table, timeseries } from './panels.ts';

const of = '{detector=~"$detector"}';

/** What strays now, where, and how that compares with the rest of the fleet. */
export function fleetDashboard(): Dashboard {
  return newDashboard({
    uid: 'strayd-fleet',
    title: 'strayd: fleet',
    description: 'Which entities stray from their learned normal, and since when.',
  })
    .withVariable(
      labelVariable('detector', 'Detector', 'label_values(strayd_entities, detector)')
        .multi(true)
        .includeAll(true),
    )
    .withPanel(
      stat(
        { title: 'Firing', description: 'Alerts that people have been told of and that still fire.', bad: 1 },
        { expr: `sum(strayd_alert_active${of}) or vector(0)`, legend: 'firing' },
      ),
    )
    .withPanel(
      stat(
        { title: 'Entities', description: 'Hosts, services or pipelines that are known.' },
        { expr: `sum(strayd_entities{detector=~"$detector",state="known"})`, legend: 'known' },
      ),
    )
    .withPanel(
      stat(
        {
          title: 'Budget used, 7 days',
          description:
            'Delivered alerts not labelled real, divided by the budget. Above 1: label what was real, or raise the budget.',
          unit: 'percentunit',
          bad: 1,
        },
        { expr: `max(strayd_alert_budget_used_ratio${of})`, legend: 'used' },
      ),
    )
    .withPanel(
      stat(
        {
          title: 'Warm-up',
          description: 'Share of the history that the first training waits for; 1 once it can train.',
          unit: 'percentunit',
        },
        { expr: `min(strayd_warmup_ratio${of})`, legend: 'warm-up' },
      ),
    )
    .withPanel(
      stat(
        { title: 'Scored per second', description: 'Steps of the grid that got a score.' },
        { expr: `sum(rate(strayd_windows_scored_total${of}[$__rate_interval]))`, legend: 'scored' },
      ),
    )
    .withPanel(
      stat(
        {
          title: 'Newest score',
          description: 'How old the newest scored step is: event time against now.',
          unit: 's',
        },
        { expr: `time() - min(strayd_last_scored_timestamp_seconds${of})`, legend: 'age' },
      ),
    )
    .withPanel(
      timeseries(
        {
          title: 'Highest scores',
          description:
            'Below 1 normal, 1 is the threshold that the budget buys, 10 the cap. Only the highest are exported.',
          threshold: 1,
          width: 24,
        },
        [{ expr: `topk(20, strayd_anomaly_score${of})`, legend: '{{detector}} {{entity}}' }],
      ),
    )
    .withPanel(
      table(
        { title: 'Firing now', description: 'Each alert that fires; the console has its explanation.' },
        { expr: `strayd_alert_active${of} > 0`, legend: '' },
      ),
    )
    .withPanel(
      timeseries(
        {
          title: 'Share of scores above the threshold',
          description:
            'Over all entities, the omitted ones too. A rise without alerts is noise that confirm holds back; a rise everywhere at once is a shift.',
          unit: 'percentunit',
        },
        [
          {
            expr:
              `1 - sum by (detector) (rate(strayd_score_distribution_bucket{detector=~"$detector",le="1"}[$__rate_interval])) ` +
              `/ sum by (detector) (rate(strayd_score_distribution_count${of}[$__rate_interval]))`,
            legend: '{{detector}}',
          },
        ],
      ),
    )
    .withPanel(
      timeseries({ title: 'Alerts', description: 'Alerts that fired, by kind, each hour.', stacked: true }, [
        {
          expr: `sum by (detector, kind) (increase(strayd_alerts_total${of}[1h]))`,
          legend: '{{detector}} {{kind}}',
        },
      ]),
    )
    .withPanel(
      timeseries({ title: 'Entities by state', description: 'Known, and with an open alert.' }, [
        { expr: `sum by (detector, state) (strayd_entities${of})`, legend: '{{detector}} {{state}}' },
      ]),
    )
    .build();
}
