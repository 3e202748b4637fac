import { z } from 'zod';
import { view } from './view.ts';

/** Records of one source that could not be used for one reason, with the newest of them. */
export const deadLetterView = view(
  'DeadLetters',
  'Records of a source that could not be used for one reason.',
  {
    source: z.string(),
    reason: z.string(),
    count: z.int(),
    example: z
      .object({
        topic: z.string(),
        partition: z.int(),
        offset: z.int(),
        detail: z.string(),
        text: z.string().describe('First bytes as text.'),
      })
      .readonly(),
  },
);

export type DeadLetterView = z.infer<typeof deadLetterView>;
