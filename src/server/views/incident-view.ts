import { z } from 'zod';
import { instant, listOf, view } from './view.ts';

const MOST_INCIDENTS = 1000;

/** Alerts that are told as one. */
export const incidentView = view('Incident', 'Alerts that are told as one.', {
  id: z.string(),
  detector: z.string(),
  group: z.record(z.string(), z.string()).describe('Labels that its members share.'),
  state: z.enum(['waiting', 'firing', 'resolved']).describe('`waiting`: nothing was told yet.'),
  deliver: z.boolean().describe('Told to people; false for alerts that are only on record.'),
  since: instant.describe('Earliest onset.'),
  resolvedAt: instant.nullable(),
  alerts: z.int().describe('How many there are in it.'),
  firing: z.int().describe('How many of them fire.'),
  messages: z.int().describe('How many messages were made of it.'),
  members: listOf(
    view('IncidentMember', 'One alert of an incident.', {
      id: z.string(),
      entity: z.string(),
      kind: z.string(),
      state: z.string(),
      since: instant,
      score: z.number(),
      feature: z.string().nullable(),
    }),
  ).describe('Likeliest first cause first; a list of incidents names at most 20 of each.'),
});

export type IncidentView = z.infer<typeof incidentView>;

/** Which incidents to list. */
export const incidentQuery = z.strictObject({
  detector: z.string().exactOptional(),
  state: z
    .enum(['open', 'resolved'])
    .exactOptional()
    .meta({ examples: ['open'] }),
  limit: z.int().min(1).max(MOST_INCIDENTS).exactOptional().describe('At most so many; 100 without it.'),
});

export type IncidentFilter = z.infer<typeof incidentQuery> & { readonly limit: number };
