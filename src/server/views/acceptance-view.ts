import { z } from 'zod';
import { instant, request, view } from './view.ts';

const text = z.string().min(1);

/** What is taken for normal from now on. */
export const acceptanceView = view(
  'Acceptance',
  'What is taken for normal from now on: alerts of these entities that began within these times, both inclusive.',
  {
    detector: z.string(),
    entity: z.string().nullable().describe('`null`: all that match.'),
    match: z.string().nullable(),
    from: instant,
    to: instant,
  },
);

export type AcceptanceView = z.infer<typeof acceptanceView>;

/** Something that was changed on purpose: the alerts that begin around it are a new normal. */
export const deployEvent = request(
  'DeployEvent',
  'Something that was changed on purpose: the alerts that begin around it are a new normal. Either `entity` or `match`.',
  {
    detector: text.exactOptional().describe('Of all detectors without it.'),
    entity: text.exactOptional(),
    match: text.exactOptional().describe('A PromQL selector on entity labels.'),
    time: instant.exactOptional().describe('Absent: the newest time in the data.'),
  },
  { match: '{instance=~"web-.*"}', time: '2027-03-01T10:00:00Z' },
);

export type DeployEvent = z.infer<typeof deployEvent>;
