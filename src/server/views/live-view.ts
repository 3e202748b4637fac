import { z } from 'zod';
import { listOf, unixMs, view } from './view.ts';

const scoreTuple = z
  .tuple([z.string(), z.number(), z.number()])
  .readonly()
  .meta({ id: 'Score', description: 'Entity, score with three decimals, end of its step in Unix ms.' });

/** An entity's newest score: name, score (three decimals), end of its step in Unix ms. A tuple, as thousands go over the wire. */
export type ScoreTuple = z.infer<typeof scoreTuple>;

/** Newest scores of one detector. */
export const detectorScores = view('DetectorScores', 'Newest scores of one detector.', {
  detector: z.string(),
  scores: listOf(scoreTuple).describe('Of all entities; in a live update of those that changed.'),
  forgotten: listOf(z.string())
    .exactOptional()
    .describe('In a live update: entities that are watched no more.'),
});

export type DetectorScores = z.infer<typeof detectorScores>;

/** What changed since the update before it; several checkpoints are joined. */
export const liveUpdate = view(
  'LiveUpdate',
  'What changed since the update before it: the data of an event `update`.',
  {
    detectors: listOf(detectorScores),
    alerts: listOf(z.string()).describe('Ids of alerts that changed their state.'),
  },
);

export type LiveUpdate = z.infer<typeof liveUpdate>;

/** What people may want to know of a detector beside what its status says. */
export const detectorOutline = view('Detector', 'What is watched, and how the budget is used.', {
  detector: z.string(),
  stepMs: z.number(),
  features: listOf(z.object({ name: z.string(), unit: z.string() }).readonly()).describe(
    'In the order of a vector’s values.',
  ),
  budget: z.string().describe('In words, as `5 per week`.'),
  budgetUsed: z.number().describe('Delivered incidents of the last 7 days not labelled real ÷ budget.'),
  newestMs: unixMs.describe('Newest event time of its entities, Unix ms; 0 before the first.'),
  lastScoredMs: unixMs.nullable().describe('End of the newest step scored since the start, Unix ms.'),
  heldBack: z.int().describe('In observe mode: what would have been sent in the last 7 days.'),
});

export type DetectorOutline = z.infer<typeof detectorOutline>;
