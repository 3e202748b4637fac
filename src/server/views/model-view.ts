import { z } from 'zod';
import { instant, request, view } from './view.ts';

/** A version of a detector's model. */
export const modelView = view('Model', 'A version of a detector’s model.', {
  detector: z.string(),
  version: z.string(),
  status: z.string().describe('`active`, `retired`, `rejected`, …'),
  reason: z.string().describe('Why it has its status; may be empty.'),
  sha256: z.string().describe('Of the model file.'),
  created: instant.describe('When it was trained or imported.'),
  activeFrom: instant
    .nullable()
    .describe('Event time from which it was put to use last; `null` if it never was.'),
  card: z.unknown().describe('What it was trained on and how well it did.'),
});

export type ModelView = z.infer<typeof modelView>;

/** One training as it ended. */
export const trainingRunView = view('TrainingRun', 'One training as it ended.', {
  detector: z.string(),
  started: instant,
  ended: instant,
  outcome: z.string(),
  detail: z.string().describe('One sentence for people.'),
});

export type TrainingRunView = z.infer<typeof trainingRunView>;

/** Of which detector something is wanted; absent: of all. */
export const detectorQuery = z.strictObject({
  detector: z
    .string()
    .exactOptional()
    .meta({ description: 'Absent: all.', examples: ['hosts'] }),
});

/** Which trainings are wanted. */
export const runsQuery = detectorQuery.extend({
  limit: z.int().min(1).max(100).exactOptional().describe('At most so many; 20 without it.'),
});

/** Which version to go back to. */
export const rollbackRequest = request(
  'RollbackRequest',
  'The version to go back to; without it, or without a body, the one in use before.',
  { version: z.string().min(1).exactOptional() },
  {},
).nullable();
