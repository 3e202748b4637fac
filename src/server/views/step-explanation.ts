import { z } from 'zod';
import type { StepExplanation } from '../../pipeline/explain/step-explanation.ts';
import { alertParts } from './alert.ts';
import { instant, listOf, view } from './view.ts';

const stepCheck = view('StepCheck', 'One thing that had to hold for an alert to fire and reach people.', {
  name: z.string(),
  held: z.boolean().nullable().describe('`null`: it was not asked of this step.'),
  detail: z.string().describe('What was read and what was wanted, for people.'),
});

const featureReading = view(
  'FeatureReading',
  'One feature at the step, in its own unit; `null` where nothing is known.',
  {
    feature: z.string(),
    unit: z.string(),
    seen: z.number().nullable(),
    expected: z.number().nullable().describe('The forecast from the rows before.'),
    error: z
      .number()
      .nullable()
      .describe('Of the rebuilt windows and the forecast, in standard deviations of training.'),
    share: z.number().nullable().describe('Share of the whole error, 0…1.'),
    range: alertParts.range.nullable().describe('What training has shown.'),
    outside: z.boolean().describe('The value is outside that range.'),
    guard: alertParts.guardFinding.nullable().describe('What a running guard has to say.'),
    text: z
      .object({ seen: z.string(), expected: z.string(), remark: z.string() })
      .readonly()
      .describe('The same for people, with units.'),
  },
);

const modelThen = z
  .object({
    version: z.string(),
    usedThen: z
      .boolean()
      .describe('False: the one in use then is not kept any more, this is the present one.'),
    rows: z.int(),
    rowsNeeded: z.int().describe('So many rows a full score wants.'),
    rowsLeast: z.int(),
  })
  .readonly();

const parts = z
  .object({ model: z.number(), trainingRange: z.number(), runningGuards: z.number() })
  .readonly();

const alertAtStep = z
  .object({ id: z.string(), kind: alertParts.kind, state: alertParts.state, since: instant })
  .readonly();

/** Why an alert did or did not fire at one step of one entity. */
export const stepExplanation = view(
  'StepExplanation',
  'Why an alert did or did not fire at one step of one entity.',
  {
    detector: z.string(),
    entity: z.string(),
    labels: z.record(z.string(), z.string()),
    mode: z.enum(['observe', 'alert']),
    step: z.int(),
    at: instant.describe('Begin of the step.'),
    until: instant.describe('Its end.'),
    when: z.string().describe('The same for people.'),
    outcome: z.enum(['not_scored', 'quiet', 'held_back', 'pending', 'fired', 'firing', 'resolved']),
    sentence: z.string().describe('The whole answer in one sentence.'),
    score: z.number().nullable().describe('As it was said then; 1 is the threshold.'),
    raw: z.number().nullable(),
    over: z.boolean(),
    scoreWithoutGuards: z.number().nullable(),
    threshold: z.number().nullable().describe('The least raw score that scored 1.'),
    provisional: z.boolean().describe('The threshold rests on little history yet.'),
    parts: parts.nullable().describe('What the raw score is the sum of.'),
    rowRatio: z.number().nullable().describe('The newest row’s own error ÷ its usual upper one.'),
    model: modelThen.nullable(),
    filled: z.boolean().describe('Some value was carried over a short gap.'),
    features: listOf(featureReading).describe('Largest share first.'),
    checks: listOf(stepCheck),
    alert: alertAtStep.nullable(),
    notes: listOf(z.string()).describe('What else a reader should know.'),
  },
) satisfies z.ZodType<StepExplanation>;
