import { z } from 'zod';
import { listOf, unixMs, view } from './view.ts';

/** How a detector did in the self-test of the last hour. */
export const selfTestView = view('SelfTest', 'How a detector did in the self-test of the last hour.', {
  testedMs: unixMs.nullable().describe('When the figures were made, Unix ms; `null`: not since the start.'),
  version: z.string().nullable().describe('The model in use then.'),
  detail: z.string().nullable().describe('Why the newest test gave no figures, `null` if it did.'),
  faults: listOf(
    z
      .object({
        fault: z.string(),
        recall: z.number().describe('Share of injected faults of a fixed size that raised an alert.'),
        trainedRecall: z.number().nullable().describe('The same when the model was trained.'),
        smallestSize: z
          .number()
          .nullable()
          .describe(
            'Smallest size found at 90 %, in units of the feature’s own spread; `null` if none is, and for kinds without a size.',
          ),
        fallen: z.boolean().describe('Clearly below what it was at training: more than chance does.'),
      })
      .readonly(),
  ),
});

export type SelfTestView = z.infer<typeof selfTestView>;
