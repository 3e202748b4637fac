import { z } from 'zod';
import type { Alert } from '../../pipeline/effects.ts';
import { listOf, view } from './view.ts';

const guardFinding = view(
  'GuardFinding',
  'What a guard that runs along read of a feature, and what it had read until then.',
  {
    guard: z.enum(['value', 'time_of_day', 'mean', 'time_of_day_mean', 'spread']),
    seen: z.number().describe('In the feature’s unit; of `spread` its standard deviation.'),
    low: z.number(),
    high: z.number(),
    weekend: z.boolean().describe('The hour is one of the weekend.'),
  },
);

const range = z.object({ low: z.number(), high: z.number() }).readonly();

const contribution = view('Contribution', 'One feature’s part in an alert, at its worst step.', {
  feature: z.string(),
  unit: z.string(),
  ratio: z.number().describe('Share of the whole error, 0…1.'),
  seen: z.number(),
  expected: z.number(),
  range: range.nullable().describe('What training has shown, if the value is outside of it.'),
  guard: guardFinding.nullable().exactOptional().describe('What a guard has to say.'),
  still: z
    .object({ sinceStep: z.int(), longestSteps: z.int() })
    .readonly()
    .exactOptional()
    .describe(
      'Of a flatline: since which step the value stands still, and the most steps that it ever did before.',
    ),
});

/** Of `GuardFinding`, `Alert.kind` and `Alert.state` for the other views. */
export const alertParts = {
  range,
  guardFinding,
  kind: z.enum(['anomaly', 'range', 'shift', 'absence', 'flatline']),
  state: z.enum(['pending', 'firing', 'resolved']),
};

/** An alert as the pipeline keeps it. */
export const alertSchema = view(
  'Alert',
  'An alert as the pipeline keeps it. A step is a number: event time in [step × stepMs, (step + 1) × stepMs) of its detector.',
  {
    id: z.string().describe('A hash of detector, entity, the kind that it began with and its first step.'),
    detector: z.string(),
    entity: z.string().describe('The values of the detector’s entity labels, joined by `/`.'),
    labels: z.record(z.string(), z.string()),
    kind: alertParts.kind.describe(
      '`anomaly`: found by the model; `range`: outside all that was seen; `shift`: a level that stays; `absence`, `flatline`: faults of the telemetry.',
    ),
    kindAtOnset: z
      .enum(['anomaly', 'range', 'absence', 'flatline'])
      .exactOptional()
      .describe('Of a shift: the kind that it began with.'),
    beside: z
      .enum(['shift', 'later_shift'])
      .exactOptional()
      .describe('It fired beside a shift that was laid aside; `later_shift`: one that bears `shift` itself.'),
    severity: z.string(),
    state: alertParts.state,
    provisional: z.boolean().describe('Its threshold rests on little history: shown, not delivered.'),
    firstStepOver: z.int(),
    firedStep: z.int().nullable(),
    lastStepOver: z.int(),
    stayedStep: z.int().exactOptional().describe('Of a shift: the newest step at its level.'),
    resolvedStep: z.int().nullable(),
    resolution: z
      .enum(['recovered', 'no_data', 'accepted', 'returned', 'forgotten'])
      .nullable()
      .describe('Why it ended: `accepted` is not back, but normal now.'),
    notified: z.boolean().describe('People were told of it.'),
    peakScore: z.number().describe('1 is the threshold; 0 of an absence or a flatline.'),
    peakStep: z.int(),
    contributions: listOf(contribution).describe('Largest part first.'),
    modelVersion: z.string().describe('Empty where no model had a part in it.'),
    recent: listOf(z.number().nullable()).describe('The leading feature’s last values, oldest first.'),
  } satisfies Record<keyof Alert, z.ZodType>,
) satisfies z.ZodType<Alert>;
