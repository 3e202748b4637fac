import { z } from 'zod';
import { budgetField, durationField, labelNameField, nameField, shareField, urlField } from './fields.ts';

const steps = z.number().int().min(1).max(1000);

/** A detector's `alert` section as it is written. */
export const alertSchema = z.strictObject({
  budget: budgetField.prefault('5 per week').meta({
    description:
      'How many delivered incidents people accept, of the whole detector or `per entity`; the threshold is learned to keep it.',
    forExample: ['5 per week', '1 per week per entity', '2 per day'],
  }),
  confirm: z
    .strictObject({
      steps: steps.meta({ description: 'Steps over the threshold that it takes.', forExample: [3] }),
      of: steps.meta({
        description: 'Length of the stretch, in steps, that `steps` are counted in.',
        forExample: [5],
      }),
    })
    .optional()
    .meta({
      description: 'Steps that make an alert fire; default: 3 of 5 below one-minute steps, else 1 of 1.',
      forExample: [{ steps: 3, of: 5 }],
    }),
  severity: nameField
    .prefault('warning')
    .meta({ description: 'Label on the alerts.', forExample: ['critical'] }),
  runbook_url: urlField.optional().meta({
    description: 'Page that says what to do; goes out with each alert.',
    forExample: ['https://example.org/runbooks/hosts'],
  }),
  direction: z.enum(['both', 'up', 'down']).default('both').meta({
    description: 'Tells only if the leading feature is above (`up`) or below (`down`) what was expected.',
  }),
  min_change: shareField.prefault('0%').meta({
    description: 'Least change of the leading feature against what was expected; 0 tells of all.',
    forExample: ['10%', 0.1],
  }),
  group_by: z
    .array(labelNameField.meta({ forExample: ['role'] }))
    .optional()
    .meta({
      description:
        'Labels of `entity` or `cohort`: alerts that share them and overlap in time are one incident; `[]`: the whole detector. Default: those of `cohort`.',
      forExample: [['role']],
    }),
  group_wait: durationField().prefault('15s').meta({
    description: 'The first message of an incident waits so long for others to join; `0s`: not at all.',
  }),
  group_interval: durationField(1)
    .optional()
    .meta({
      description:
        'An alert that fires later than this after the newest one opens an incident of its own; default: 10 minutes, at least 2 steps.',
      forExample: ['10m'],
    }),
});
