import type { Alert, AlertNotification } from '../../src/pipeline/effects.ts';
import type { AlertFacts } from '../../src/delivery/alert-message.ts';
import { explainAlert, type AlertText } from '../../src/pipeline/alerts/explain.ts';

export const stepMs = 15_000;

/** An alert of 15-second steps that fired three steps after `onsetMs`. */
export function firingAlert(onsetMs: number, change: Partial<Alert> = {}): Alert {
  const first = Math.floor(onsetMs / stepMs);
  return {
    id: '3f2a9c0d11e2b4a7',
    detector: 'hosts',
    entity: 'db-3',
    labels: { instance: 'db-3', 'k8s.pod': 'db' },
    kind: 'anomaly',
    severity: 'critical',
    state: 'firing',
    provisional: false,
    firstStepOver: first,
    firedStep: first + 2,
    lastStepOver: first + 4,
    resolvedStep: null,
    resolution: null,
    notified: true,
    peakScore: 3.42,
    peakStep: first + 3,
    contributions: [
      { feature: 'latency', unit: 's', ratio: 0.8, seen: 4.2, expected: 0.8, range: null },
      { feature: 'disk', unit: '%', ratio: 0.2, seen: 97, expected: 60, range: { low: 20, high: 63 } },
    ],
    modelVersion: 'm1',
    recent: [0.8, null, 4.2],
    ...change,
  };
}

/** The same alert ten steps after its onset, resolved. */
export function resolvedAlert(onsetMs: number): Alert {
  const firing = firingAlert(onsetMs);
  return { ...firing, state: 'resolved', resolvedStep: firing.firstStepOver + 9, resolution: 'recovered' };
}

export function notificationOf(alert: Alert, deliver = true): AlertNotification {
  const event = alert.state === 'resolved' ? 'resolved' : 'firing';
  const step = alert.resolvedStep ?? alert.firedStep ?? alert.firstStepOver;
  return { alert, event, atMs: (step + 1) * stepMs, deliver };
}

export const textOf = (alert: Alert): AlertText => explainAlert(alert, stepMs);

/** What is known beside an alert: its words, a query and links. */
export const factsOf = (alert: Alert, change: Partial<AlertFacts> = {}): AlertFacts => ({
  stepMs,
  text: textOf(alert),
  query: 'avg by (instance) (latency{instance="db-3"})',
  runbookUrl: 'https://example.org/runbooks/hosts',
  externalUrl: 'https://strayd.example',
  timezone: 'UTC',
  ...change,
});
