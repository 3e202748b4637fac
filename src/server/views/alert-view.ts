import { z } from 'zod';
import { alertParts, alertSchema } from './alert.ts';
import { instant, request, view } from './view.ts';

const LABELS = ['real', 'planned', 'false'] as const;
const MOST_ALERTS = 1000;

/** What an operator says an alert was; training and calibration read it. */
export type AlertLabel = (typeof LABELS)[number];

const label = z.enum(LABELS).describe('What people say it was.');

/** An alert with what people added to it. */
export const alertView = view('AlertView', 'An alert with what people added to it, and in words.', {
  alert: alertSchema,
  label: label.nullable(),
  incident: z.string().nullable().describe('The incident that it is told with; `null` if it did not fire.'),
  deliver: z
    .boolean()
    .describe(
      'Meant to be told to people; false in observe mode, while provisional, or if too old when found.',
    ),
  text: z.string().describe('The whole explanation in words.'),
  since: instant.describe('Onset.'),
});

export type AlertView = z.infer<typeof alertView>;

/** Which alerts to list. */
export const alertQuery = z.strictObject({
  detector: z
    .string()
    .exactOptional()
    .meta({ examples: ['hosts'] }),
  entity: z.string().exactOptional(),
  state: alertParts.state.exactOptional().meta({ examples: ['firing'] }),
  incident: z.string().exactOptional().describe('Those that are told with this incident.'),
  limit: z.int().min(1).max(MOST_ALERTS).exactOptional().describe('At most so many; 100 without it.'),
});

export type AlertFilter = z.infer<typeof alertQuery> & { readonly limit: number };

/** What an alert is labelled. */
export const labelRequest = request('LabelRequest', 'What an alert was.', { label }, { label: 'real' });

/** What became of a label. */
export const labelAnswer = z.object({ id: z.string(), label });
