import { z } from 'zod';
import type { Alert } from '../pipeline/effects.ts';
import { featureFacts } from './feature-facts.ts';
import type { IncidentTold } from './incident-message.ts';

const time = z.string().meta({ format: 'date-time', description: 'RFC 3339, UTC.' });

const feature = z.object({
  name: z.string(),
  unit: z.string().describe('Empty if unknown.'),
  share: z.number().min(0).max(1).describe('Part of the whole deviation.'),
  seen: z.number(),
  expected: z.number().describe('Of a flatline the value itself.'),
  direction: z.enum(['up', 'down', 'same']).describe('From expected to seen.'),
  range: z
    .object({ low: z.number(), high: z.number() })
    .nullable()
    .describe('Set if the value is outside all that training has shown: that range.'),
});

const kind = z.enum(['anomaly', 'range', 'shift', 'absence', 'flatline']);

const id = z.string().regex(/^[0-9a-f]{16}$/);

const member = z.object({
  id,
  entity: z.string(),
  state: z.enum(['firing', 'resolved']),
  kind,
  started_at: time,
  score: z.number(),
  feature: z.string().nullable().describe('The one with the largest share.'),
});

/** The webhook's JSON, version 1: the source of docs/webhook.schema.json. Fields may be added, never renamed. */
export const webhookBodySchema = z.object({
  version: z.literal('1'),
  event: z.enum(['firing', 'resolved']),
  idempotency_key: z.string().describe('The same for each repeat of this event, also in the header.'),
  at: time.describe('Event time at which the incident began, grew or ended.'),
  incident: z
    .object({
      id,
      entity: z.string().describe('Of the alert that opened it; Kafka records are keyed by it.'),
      update: z
        .number()
        .int()
        .min(0)
        .describe('0: the first message; else it has grown since, and this is how often that was told.'),
      group: z.record(z.string(), z.string()).describe('Labels that all members share (`alert.group_by`).'),
      alerts: z.number().int().min(1).describe('Members so far.'),
      firing: z.number().int().min(0).describe('Members that fire.'),
      entities: z
        .number()
        .int()
        .optional()
        .describe('Of absences and flatlines: of so many entities of the detector.'),
      members: z
        .array(member)
        .max(20)
        .describe(
          'At most 20: what fires before what is over, of an update what is new on top; then the likeliest first cause first (those that began first among the highest scores).',
        ),
    })
    .optional()
    .describe('All that is told together; an alert by itself is an incident of one.'),
  alert: z.object({
    id: id.describe('Of the likeliest first cause, which the rest of the body tells of.'),
    kind: kind.describe(
      '`anomaly`: the learned model; `range`: a value outside all that training has shown; `shift`: either has become a level that stays; `absence`: its data stopped; `flatline`: a feature that used to move stands still.',
    ),
    detector: z.string(),
    entity: z.string(),
    labels: z.record(z.string(), z.string()).describe('The entity labels and their values.'),
    severity: z.string(),
    state: z.enum(['firing', 'resolved']).describe('May be over while the incident goes on.'),
    started_at: time.describe('Onset: start of the first step over the threshold.'),
    fired_at: time,
    last_over_at: time.describe('End of the last step over the threshold so far.'),
    resolved_at: time.nullable(),
    resolution: z
      .enum(['recovered', 'no_data', 'accepted', 'returned', 'forgotten'])
      .nullable()
      .describe(
        '`no_data`: it could not be scored any more; `accepted`: it is not back, but its new level is normal now; of an absence `returned`: its data came back, `forgotten`: they did not.',
      ),
    score: z
      .number()
      .describe(
        'At its peak: 1 is the threshold, 10 the most; 0 of an absence or flatline, which have none.',
      ),
    model_version: z.string().describe('Empty of an absence or flatline.'),
    features: z.array(feature).describe('Largest share first.'),
    recent: z
      .array(z.number().nullable())
      .describe('Last values of the first feature, oldest first; null where missing.'),
  }),
  text: z.object({
    title: z.string(),
    summary: z.string(),
    lines: z.array(z.string()).describe('The whole explanation.'),
  }),
  held_back: z
    .boolean()
    .optional()
    .describe(
      'True in a summary of incidents that were held back: `incident.members` are the first of their alerts.',
    ),
  query: z
    .string()
    .nullable()
    .optional()
    .describe('PromQL of the leading feature for this entity; null if it has none any more.'),
  url: z.string().nullable().describe('The alert in the console; null if `server.external_url` is not set.'),
  runbook_url: z.string().nullable().optional().describe('`alert.runbook_url` of the detector.'),
});

export type WebhookBody = z.infer<typeof webhookBodySchema>;

export interface WebhookContext {
  readonly stepMs: number;
  readonly idempotencyKey: string;
}

const isoTime = (timeMs: number): string => new Date(timeMs).toISOString();
const stateOf = ({ state }: Alert): 'firing' | 'resolved' => (state === 'resolved' ? 'resolved' : 'firing');

/** The version 1 body of an incident's notification. */
export function webhookBody(told: IncidentTold, { stepMs, idempotencyKey }: WebhookContext): WebhookBody {
  const { notification, lead: alert, message } = told;
  const { event, atMs } = notification;
  const { title, summary, lines, query, url, runbookUrl } = message;
  return {
    version: '1',
    event,
    idempotency_key: idempotencyKey,
    at: isoTime(atMs),
    incident: incidentOf(told, stepMs),
    alert: {
      id: alert.id,
      kind: alert.kind,
      detector: alert.detector,
      entity: alert.entity,
      labels: { ...alert.labels },
      severity: alert.severity,
      state: stateOf(alert),
      started_at: isoTime(alert.firstStepOver * stepMs),
      fired_at: isoTime(((alert.firedStep ?? alert.firstStepOver) + 1) * stepMs),
      last_over_at: isoTime((alert.lastStepOver + 1) * stepMs),
      resolved_at: alert.resolvedStep === null ? null : isoTime((alert.resolvedStep + 1) * stepMs),
      resolution: alert.resolution,
      score: alert.peakScore,
      model_version: alert.modelVersion,
      features: alert.contributions.map(featureFacts),
      recent: [...alert.recent],
    },
    text: { title, summary, lines: [...lines] },
    ...(told.isSummary === true && { held_back: true }),
    query,
    url,
    runbook_url: runbookUrl,
  };
}

function incidentOf({ notification }: IncidentTold, stepMs: number): WebhookBody['incident'] {
  const { incident, event, members } = notification;
  return {
    id: incident.id,
    entity: incident.entity,
    update: event === 'firing' ? Math.max(0, incident.told - 1) : Math.max(0, incident.told - 2),
    group: { ...incident.group },
    alerts: incident.alerts,
    firing: incident.firing,
    ...(incident.fault !== undefined && { entities: incident.fault.entities }),
    members: members.map((alert) => ({
      id: alert.id,
      entity: alert.entity,
      state: stateOf(alert),
      kind: alert.kind,
      started_at: isoTime(alert.firstStepOver * stepMs),
      score: alert.peakScore,
      feature: alert.contributions[0]?.feature ?? null,
    })),
  };
}
