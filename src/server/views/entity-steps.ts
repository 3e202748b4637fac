import { z } from 'zod';
import { alertParts } from './alert.ts';
import { listOf, unixMs, view } from './view.ts';

const TIME = 'RFC 3339 or epoch seconds';
const values = listOf(z.number().nullable());

/** Which step to explain; `at` absent: the newest. */
export const explainQuery = z.strictObject({
  detector: z.string().meta({ examples: ['hosts'] }),
  entity: z.string().meta({ examples: ['web-1'] }),
  at: z.string().exactOptional().describe(`${TIME}; absent: the newest step.`),
});

/** Which step to explain; `at` `null`: the newest. */
export interface ExplainQuery {
  readonly detector: string;
  readonly entity: string;
  readonly at: string | null;
}

/** Of which range steps are wanted; absent: as far as they are kept. */
export const rangeQuery = z.strictObject({
  from: z.string().exactOptional().describe(`${TIME}; absent: as far as steps are kept.`),
  to: z.string().exactOptional().describe(`${TIME}; absent: until now.`),
});

/** Which steps of an entity to draw; `null`: as far as they are kept. */
export interface StepsQuery {
  readonly detector: string;
  readonly entity: string;
  readonly from: string | null;
  readonly to: string | null;
}

const seriesStep = view('SeriesStep', 'One step of a curve; arrays are in the order of the features.', {
  atMs: unixMs.describe('Begin of the step, Unix ms.'),
  seen: values,
  expected: values,
  low: values.describe('The band of what is usual around what was expected.'),
  high: values,
  share: values,
  score: z.number().nullable(),
  over: z.boolean(),
});

const alertSpan = z
  .object({
    id: z.string(),
    kind: alertParts.kind,
    state: alertParts.state,
    fromMs: unixMs,
    toMs: unixMs.nullable().describe('`null`: not over.'),
  })
  .readonly();

/** Seen against expected of one entity over a range. */
export const entitySteps = view('EntitySteps', 'Seen against expected of one entity over a range.', {
  detector: z.string(),
  entity: z.string(),
  labels: z.record(z.string(), z.string()),
  stepMs: z.number(),
  features: listOf(z.object({ feature: z.string(), unit: z.string() }).readonly()),
  truncated: z.boolean().describe('The range had more steps; these are the newest of it.'),
  steps: listOf(seriesStep),
  alerts: listOf(alertSpan).describe('Newest first.'),
});

export type EntitySteps = z.infer<typeof entitySteps>;
