import type { Labels } from '../core/sample.ts';
import type { TemplateFeature } from '../core/template-variables.ts';
import { cutText } from './cut-text.ts';
import { featureFacts } from './feature-facts.ts';
import type { IncidentTold } from './incident-message.ts';

type PagerdutySeverity = 'critical' | 'error' | 'warning' | 'info';

/** An event as the outbox keeps it: the routing key joins it only on its way out. */
export type PagerdutyBody =
  | { readonly event_action: 'resolve'; readonly dedup_key: string }
  | {
      readonly event_action: 'trigger';
      readonly dedup_key: string;
      readonly client: 'strayd';
      readonly client_url?: string;
      readonly links: readonly { readonly href: string; readonly text: string }[];
      readonly payload: {
        readonly summary: string;
        readonly source: string;
        readonly severity: PagerdutySeverity;
        readonly timestamp: string;
        readonly component?: string;
        readonly group: string;
        readonly class: string;
        readonly custom_details: {
          readonly text: string;
          readonly labels: Labels;
          readonly score: number;
          readonly features: readonly TemplateFeature[];
          readonly query: string | null;
          /** Of the incident, and the names of the first of them. */
          readonly alerts: number;
          readonly entities: readonly string[];
        };
      };
    };

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events */
const summaryChars = 1024;
/** Features in the details; their number has no bound, the event's size has one (512 kB). */
const featuresTold = 20;

const severities = new Map<string, PagerdutySeverity>([
  ['critical', 'critical'],
  ['fatal', 'critical'],
  ['emergency', 'critical'],
  ['page', 'critical'],
  ['error', 'error'],
  ['major', 'error'],
  ['high', 'error'],
  ['info', 'info'],
  ['informational', 'info'],
  ['notice', 'info'],
  ['low', 'info'],
  ['none', 'info'],
]);

/** The event of an incident: `trigger`, again when it grows, and `resolve` find each other by its id. Unknown severities are warnings. */
export function pagerdutyBody({ notification, lead: alert, message }: IncidentTold): PagerdutyBody {
  const { incident, event, members } = notification;
  const dedup_key = incident.id;
  if (event === 'resolved') return { event_action: 'resolve', dedup_key };
  const { title, lines, startedMs, query, url, runbookUrl } = message;
  const link = (href: string | null, text: string) => (href === null ? [] : [{ href, text }]);
  const component = alert.contributions[0]?.feature;
  return {
    event_action: 'trigger',
    dedup_key,
    client: 'strayd',
    ...(url === null ? {} : { client_url: url }),
    links: [...link(runbookUrl, 'Runbook'), ...link(url, 'Open in strayd')],
    payload: {
      summary: cutText(title, summaryChars),
      source: alert.entity,
      severity: severities.get(alert.severity.toLowerCase()) ?? 'warning',
      timestamp: new Date(startedMs).toISOString(),
      ...(component === undefined ? {} : { component }),
      group: alert.detector,
      class: alert.kind,
      custom_details: {
        text: lines.join('\n'),
        labels: { ...alert.labels },
        score: alert.peakScore,
        features: alert.contributions.slice(0, featuresTold).map(featureFacts),
        query,
        alerts: incident.alerts,
        entities: members.map(({ entity }) => entity),
      },
    },
  };
}
