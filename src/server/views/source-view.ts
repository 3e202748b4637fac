import { z } from 'zod';
import { listOf, unixMs, view } from './view.ts';

const partitionView = z
  .object({
    topic: z.string(),
    partition: z.int(),
    lagRecords: z.number(),
    watermarkMs: unixMs.nullable().describe('Newest event time, Unix ms; `null` before the first sample.'),
    idle: z.boolean(),
  })
  .readonly();

/** A source as it is read now. */
export const sourceView = view('Source', 'A source as it is read now.', {
  source: z.string(),
  topics: listOf(z.string()),
  format: z.string(),
  watermarkLagMs: z
    .number()
    .nullable()
    .describe('How far its event time is behind the wall clock; `null` before the first sample.'),
  samples: z.record(z.string(), z.number()).describe('Samples since the start, by what became of them.'),
  samplesPerSecond: z.number().describe('In the last minute, whatever became of them.'),
  deadLetters: z
    .record(z.string(), z.number())
    .describe('Records that could not be used since the start, by reason.'),
  partitions: listOf(partitionView),
});

export type SourceView = z.infer<typeof sourceView>;
