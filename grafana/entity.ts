import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { labelVariable, newDashboard } from './dashboard.ts';
import { stat, timeseries } from './panels.ts';

const of = '{detector="$detector",entity="$entity"}';

/** One entity: its score, its alerts, and which of its features did it. */
export function entityDashboard(): Dashboard {
  return newDashboard({
    uid: 'strayd-entity',
    title: 'strayd: entity',
    description:
      'One host, service or pipeline: how far it is from its learned normal, and which metric did it.',
  })
    .withVariable(labelVariable('detector', 'Detector', 'label_values(strayd_entities, detector)'))
    .withVariable(
      labelVariable('entity', 'Entity', 'label_values(strayd_anomaly_score{detector="$detector"}, entity)'),
    )
    .withPanel(
      stat(
        { title: 'Score', description: 'Below 1 normal, 1 is the threshold, 10 the cap.', bad: 1, width: 6 },
        { expr: `max(strayd_anomaly_score${of})`, legend: 'score' },
      ),
    )
    .withPanel(
      stat(
        { title: 'Firing', description: '1 while an alert of it fires.', bad: 1, width: 6 },
        { expr: `max(strayd_alert_active${of}) or vector(0)`, legend: 'firing' },
      ),
    )
    .withPanel(
      timeseries({ title: 'Score', description: 'Against the threshold.', threshold: 1, width: 24 }, [
        { expr: `strayd_anomaly_score${of}`, legend: '{{entity}}' },
      ]),
    )
    .withPanel(
      timeseries(
        {
          title: 'Which feature did it',
          description:
            'Share of the error by feature while an alert fires, at its peak. Empty while it is quiet.',
          unit: 'percentunit',
          stacked: true,
          width: 24,
        },
        [{ expr: `strayd_feature_contribution_ratio${of}`, legend: '{{feature}}' }],
      ),
    )
    .withPanel(
      timeseries(
        {
          title: 'Alerts',
          description: '1 while firing, 0 for 15 minutes after; "stays" while one of them is a shift.',
          width: 24,
        },
        [
          { expr: `strayd_alert_active${of}`, legend: '{{kind}} {{severity}}' },
          { expr: `max(strayd_shift_active${of}) or vector(0)`, legend: 'stays' },
        ],
      ),
    )
    .build();
}
