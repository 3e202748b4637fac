import { z } from 'zod';
import { instant, view } from './view.ts';

/** A bound under `limits` that a source exceeds. */
export const limitView = view('Limit', 'A bound under `limits` that a source exceeds.', {
  source: z.string(),
  limit: z.string().describe('As in `strayd_limit_exceeded_total{limit}`.'),
  key: z.string().nullable().describe('Where it is set.'),
  count: z.int().describe('How often, since `since`.'),
  since: instant,
  last: instant,
  text: z.string().describe('What it means and the way out.'),
});

export type LimitView = z.infer<typeof limitView>;
