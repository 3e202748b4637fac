import { z } from 'zod';
import { instant, request, view } from './view.ts';

/** A mute or maintenance, or a silence of an Alertmanager. */
export const windowView = view('QuietWindow', 'A mute or maintenance, or a silence of an Alertmanager.', {
  id: z.string(),
  kind: z.enum(['mute', 'maintenance', 'silence']),
  origin: z.string().describe('`config`, `api`, or the Alertmanager’s host.'),
  detector: z.string().nullable(),
  entity: z.string().nullable(),
  match: z.string().describe('A PromQL selector; `{}`: everything.'),
  start: instant.nullable().describe('`null`: since ever.'),
  end: instant.nullable().describe('`null`: for ever.'),
  schedule: z.string().nullable().describe('A cron expression, if it comes back.'),
  timezone: z.string().nullable(),
  duration: z.string().nullable(),
  active: z.boolean().describe('In force now.'),
  comment: z.string(),
  note: z
    .string()
    .exactOptional()
    .describe('Only in the answer to a request: what whoever made it had better know, in sentences.'),
});

export type WindowView = z.infer<typeof windowView>;

const text = z.string().min(1).max(1000);

/** A wish not to be told of a detector, or of one entity of it, for some time from now. */
export const muteRequest = request(
  'MuteRequest',
  'A wish not to be told of a detector, or of one entity of it, for some time from now.',
  {
    detector: text,
    entity: text.exactOptional(),
    for: text.describe('A duration, such as `2h`.'),
    comment: text.exactOptional(),
  },
  { detector: 'hosts', entity: 'web-1', for: '2h', comment: 'new kernel' },
);

export type MuteRequest = z.infer<typeof muteRequest>;

/** Planned work: `start` and `end` (also in the past), or `schedule` and `duration`. */
export const maintenanceRequest = request(
  'MaintenanceRequest',
  'Planned work: `start` and `end`, also in the past, or `schedule` and `duration`.',
  {
    match: text.exactOptional().describe('A PromQL selector on entity labels; absent: everything.'),
    start: text.exactOptional().describe('RFC 3339.'),
    end: text.exactOptional().describe('RFC 3339.'),
    schedule: text.exactOptional().describe('A cron expression.'),
    duration: text.exactOptional().describe('How long each one goes, such as `90m`.'),
    timezone: text.exactOptional().describe('Of the schedule; UTC without it.'),
    comment: text.exactOptional(),
  },
  { match: '{role="db"}', start: '2027-03-01T22:00:00Z', end: '2027-03-02T02:00:00Z', comment: 'new disks' },
);

export type MaintenanceRequest = z.infer<typeof maintenanceRequest>;
