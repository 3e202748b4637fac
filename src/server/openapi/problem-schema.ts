import { z } from 'zod';
import { configFault } from '../views/dry-run-view.ts';
import { listOf, view } from '../views/view.ts';

/** What is answered instead if something is wrong (RFC 9457). */
export const problemSchema = view('Problem', 'What was wrong, and what to send instead (RFC 9457).', {
  type: z.literal('about:blank'),
  status: z.int(),
  title: z.string(),
  detail: z.string(),
  errors: listOf(configFault)
    .exactOptional()
    .describe('Where a configuration that was sent, or that lies there, is wrong.'),
});
