import { prometheusLabels } from '../core/prometheus-labels.ts';
import type { Labels } from '../core/sample.ts';
import type { Alert, AlertKind } from '../pipeline/effects.ts';

/** The kind that an alert began with: when it becomes a shift, it is no other alert. */
type LastingKind = Exclude<AlertKind, 'shift'>;

const alertNames: Readonly<Record<LastingKind, string>> = {
  anomaly: 'StraydAnomaly',
  range: 'StraydRange',
  absence: 'StraydAbsence',
  flatline: 'StraydFlatline',
};

/**
 * What an alert is known by outside, in the labels of /metrics: the same from its first firing to its end, whatever becomes of it
 * and of the configuration, and no other open alert of the entity has the same. Alertmanager and Prometheus take an alert whose labels change for two.
 */
export interface AlertIdentity {
  readonly detector: string;
  readonly entity: string;
  readonly kind: LastingKind;
  readonly severity: string;
  /** Empty, as a label that is not there, but for an alert beside a shift that stays. */
  readonly beside: '' | NonNullable<Alert['beside']>;
}

/** Of a shift that an earlier version has kept it is not known what it began as: it is taken for an anomaly, which most are. */
export function alertIdentity({
  detector,
  entity,
  kind,
  kindAtOnset,
  severity,
  beside,
}: Alert): AlertIdentity {
  const lasting = kind === 'shift' ? (kindAtOnset ?? 'anomaly') : kind;
  return { detector, entity, kind: lasting, severity, beside: beside ?? '' };
}

/** The same as Alertmanager's labels, with the entity's own in place of its name. */
export function alertmanagerLabels(alert: Alert): Labels {
  const { detector, kind, severity, beside } = alertIdentity(alert);
  return prometheusLabels(alert.labels, { alertname: alertNames[kind], detector, severity, beside });
}
