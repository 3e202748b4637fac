import type { TemplateVariables } from '../core/template-variables.ts';
import type { AlertText } from '../pipeline/alerts/explain.ts';
import type { Alert } from '../pipeline/effects.ts';
import { alertUrl } from './alert-url.ts';
import { featureFacts } from './feature-facts.ts';
import { formatLocal, formatLocalRange } from './local-time.ts';

/** What is known of an alert beside itself. */
export interface AlertFacts {
  /** Of its detector. */
  readonly stepMs: number;
  /** The alert in words. */
  readonly text: AlertText;
  /** PromQL of its leading feature. */
  readonly query: string | null;
  readonly runbookUrl: string | null;
  /** `server.external_url`. */
  readonly externalUrl: string | null;
  /** `delivery.timezone`. */
  readonly timezone: string;
  /** The incident that it is told with; `null` or absent: not known. */
  readonly incidentId?: string | null;
}

/** What a channel has to say of an alert, each in its own form. */
export interface AlertMessage {
  readonly title: string;
  readonly summary: string;
  readonly lines: readonly string[];
  /** Onset, Unix ms. */
  readonly startedMs: number;
  readonly query: string | null;
  /** The alert in the console. */
  readonly url: string | null;
  readonly runbookUrl: string | null;
}

/** The words of an alert with what goes out beside them; the local time follows the first line, where the text tells the time in UTC. */
export function alertMessage(alert: Alert, facts: AlertFacts): AlertMessage {
  const { stepMs, text, query, runbookUrl, externalUrl, timezone } = facts;
  const [first, ...rest] = text.lines;
  const local = timezone === 'UTC' ? [] : [`local time: ${localTime(alert, stepMs, timezone)}`];
  return {
    title: text.title,
    summary: text.summary,
    lines: [...(first === undefined ? [] : [first]), ...local, ...rest],
    startedMs: alert.firstStepOver * stepMs,
    query,
    url: alertUrl(externalUrl, alert.id),
    runbookUrl,
  };
}

function localTime(alert: Alert, stepMs: number, timezone: string): string {
  const startMs = alert.firstStepOver * stepMs;
  if (alert.state !== 'resolved') return `since ${formatLocal(startMs, timezone)}`;
  return formatLocalRange(startMs, ((alert.stayedStep ?? alert.lastStepOver) + 1) * stepMs, timezone);
}

/** A message as plain text, for where there is no place for a query and links of their own. */
export function plainLines({ lines, query, runbookUrl, url }: AlertMessage): readonly string[] {
  return [
    ...lines,
    ...(query === null ? [] : [`query: ${query}`]),
    ...(runbookUrl === null ? [] : [`runbook: ${runbookUrl}`]),
    ...(url === null ? [] : [`console: ${url}`]),
  ];
}

/** What a template may say of an alert. */
export function templateVariables(alert: Alert, message: AlertMessage, facts: AlertFacts): TemplateVariables {
  const { stepMs, timezone } = facts;
  const { title, summary, lines, startedMs, query, url, runbookUrl } = message;
  return {
    event: alert.state === 'resolved' ? 'resolved' : 'firing',
    id: alert.id,
    kind: alert.kind,
    detector: alert.detector,
    entity: alert.entity,
    labels: { ...alert.labels },
    severity: alert.severity,
    score: alert.peakScore,
    model_version: alert.modelVersion,
    started_at: new Date(startedMs).toISOString(),
    started: formatLocal(startedMs, 'UTC'),
    started_local: formatLocal(startedMs, timezone),
    resolved_at:
      alert.resolvedStep === null ? null : new Date((alert.resolvedStep + 1) * stepMs).toISOString(),
    resolution: alert.resolution,
    features: alert.contributions.map(featureFacts),
    title,
    summary,
    lines: [...lines],
    query,
    url,
    runbook_url: runbookUrl,
    incident: {
      id: facts.incidentId ?? null,
      group: {},
      alerts: 1,
      firing: alert.state === 'resolved' ? 0 : 1,
      members: [],
    },
  };
}
