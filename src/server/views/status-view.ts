import { z } from 'zod';
import type { ThresholdSummary } from '../../pipeline/threshold-summary.ts';
import { limitView } from './limit-view.ts';
import { reloadView } from './reload-view.ts';
import { selfTestView } from './self-test-view.ts';
import { instant, listOf, unixMs, view } from './view.ts';
import { windowView } from './window-view.ts';

/** History that is being read back. */
const bootstrapView = view('Bootstrap', 'History that is being read back.', {
  ratio: z.number().describe('0…1.'),
  text: z.string().describe('One sentence for people.'),
});

export type BootstrapView = z.infer<typeof bootstrapView>;

const nextDetectorView = view('NextDetector', 'How far a detector is that will take another’s place.', {
  since: instant.nullable().describe('Event time at which it began; `null` if that is not known.'),
  warmupRatio: z.number().describe('Share of the history wanted for its first training, 0…1.'),
  modelVersion: z.string().nullable().describe('`null`: it is not trained yet.'),
});

export type NextDetectorView = z.infer<typeof nextDetectorView>;

const threshold = view('Threshold', 'Where a detector’s thresholds lie, on the scale of raw scores.', {
  method: z.string(),
  raw: z.number().describe('The raw score that makes the median entity’s score 1.'),
  low: z.number().describe('A 90 % interval around it.'),
  high: z.number(),
  offset: z.number().describe('What is added to every raw score to keep the detector’s budget.'),
  provisionalEntities: z.int().describe('Entities whose threshold rests on too little yet.'),
}) satisfies z.ZodType<ThresholdSummary>;

const detectorStatus = view('DetectorStatus', 'A detector in one look.', {
  detector: z.string(),
  mode: z.string(),
  entities: z.int(),
  openAlerts: z.int(),
  warmupRatio: z.number().describe('Share of the history wanted for the first training, 0…1.'),
  bootstrap: bootstrapView.nullable().describe('`null` unless history is being read back just now.'),
  modelVersion: z.string().nullable(),
  training: z.string(),
  next: nextDetectorView
    .nullable()
    .exactOptional()
    .describe('What is to take its place since it was configured to watch otherwise; `null`: nothing.'),
  threshold: threshold.nullable().describe('`null` while nothing is scored.'),
  selfTest: selfTestView.nullable().describe('`null` before the first test since the start.'),
});

/** What the daemon tells of itself in one look. */
export const statusView = view('Status', 'What the daemon tells of itself in one look.', {
  version: z.string(),
  startedMs: unixMs,
  trouble: listOf(z.string()),
  reload: reloadView
    .nullable()
    .exactOptional()
    .describe('The newest reload of the configuration; `null`: none yet.'),
  quiet: listOf(windowView).describe('Mutes and maintenance in force.'),
  limits: listOf(limitView).describe('Bounds that were exceeded in the last ten minutes.'),
  detectors: listOf(detectorStatus),
});

export type StatusView = z.infer<typeof statusView>;
