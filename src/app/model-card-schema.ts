import { z } from 'zod';

const count = z.number().int().min(0);
const loss = z.looseObject({ training: z.number(), validation: z.number() });

const member = z.looseObject({
  kind: z.string(),
  entity: z.string().optional(),
  weight: z.number().optional(),
  steps: count,
  shape: z.array(count).min(1),
  holdOutError: z.number(),
  curve: z.array(loss),
});

const promotion = z.looseObject({
  reason: z.string().optional(),
  verdicts: z.array(z.looseObject({ name: z.string(), passed: z.boolean(), detail: z.string() })).optional(),
});

/** What is shown of a model's card; cards of earlier versions lack what is optional here. More may be on it. */
export const modelCardSchema = z.looseObject({
  version: z.string(),
  detector: z.string(),
  type: z.string(),
  note: z.string(),
  backend: z.string(),
  batchMs: z.record(z.string(), z.number()).optional(),
  seed: z.number(),
  features: z.array(z.string()),
  windows: z.array(count),
  groups: z.array(z.looseObject({ cohort: z.string().nullable(), members: z.array(member) })),
  parent: z.string().nullable(),
  data: z.looseObject({
    fromMs: z.number(),
    toMs: z.number(),
    entities: count,
    rows: count,
    holdOutRows: count,
    leftOut: z.record(z.string(), count),
  }),
  threshold: z.looseObject({
    method: z.string(),
    median: z.number(),
    least: z.number(),
    most: z.number(),
    interval: z.tuple([z.number(), z.number()]).nullable().optional(),
    holdOutShareOver: z.number(),
  }),
  holdOutErrors: z.array(z.looseObject({ feature: z.string(), error: z.number() })).optional(),
  usualScore: z.number().optional(),
  promotion: promotion.optional(),
  selfTest: z
    .array(
      z.looseObject({
        fault: z.string(),
        recall: z.number(),
        smallestSize: z.number().nullable(),
        trials: count.optional(),
      }),
    )
    .optional(),
});
