import type { Incident, IncidentNotification } from '../../src/pipeline/alerts/incident.ts';
import type { Alert } from '../../src/pipeline/effects.ts';
import { alertmanagerLabels } from '../../src/app/alert-identity.ts';
import type { AlertFacts } from '../../src/delivery/alert-message.ts';
import type { LevelAlert } from '../../src/delivery/alertmanager-body.ts';
import { tellIncident, type IncidentTold } from '../../src/delivery/incident-message.ts';
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

/** An alert as level channels are given it. */
export const levelOf = (alert: Alert, facts = factsOf(alert)): LevelAlert => ({
  alert,
  facts,
  labels: alertmanagerLabels(alert),
});

/** The incident that these alerts make, the first of which opened it, and what is told of it: its end if all are over. */
export function notificationOf(
  alerts: Alert | readonly [Alert, ...Alert[]],
  change: Partial<Incident> = {},
): IncidentNotification {
  const members: readonly [Alert, ...Alert[]] = 'id' in alerts ? [alerts] : alerts;
  const [first] = members;
  const firing = members.filter(({ state }) => state === 'firing').length;
  const openedStep = first.firedStep ?? first.firstStepOver;
  const steps = members.map(({ resolvedStep }) => resolvedStep ?? openedStep);
  const incident: Incident = {
    id: '8c1d77e05b3a9f42',
    detector: first.detector,
    entity: first.entity,
    group: {},
    deliver: true,
    state: firing > 0 ? 'firing' : 'resolved',
    openedStep,
    newestStep: openedStep,
    resolvedStep: firing > 0 ? null : Math.max(...steps),
    alerts: members.length,
    firing,
    dueMs: null,
    told: firing > 0 ? 1 : 2,
    toldAlerts: members.length,
    toldAtMs: 0,
    ...change,
  };
  const event = firing > 0 ? 'firing' : 'resolved';
  return { incident, event, atMs: ((incident.resolvedStep ?? openedStep) + 1) * stepMs, members };
}

/** What channels are given of an incident. */
export const toldOf = (
  notification: IncidentNotification,
  facts: (alert: Alert) => AlertFacts = (alert) => factsOf(alert),
): IncidentTold => tellIncident(notification, { factsOf: facts, template: null, failed: () => undefined });

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
