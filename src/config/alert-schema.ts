import { z } from 'zod';
import {
  budgetField,
  durationField,
  labelNameField,
  leastChangeField,
  nameField,
  urlField,
} from './fields.ts';

const steps = z.number().int().min(1).max(1000);

/** A detector's `alert` section as it is written. */
export const alertSchema = z.strictObject({
  budget: budgetField.prefault('5 per week').meta({
    description:
      'How many delivered incidents people accept, of the whole detector or `per entity` (an incident then counts once for each entity in it); the threshold is learned to keep it.',
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
    description:
      'Tells only if the leading feature is above (`up`) or below (`down`) what was expected; a feature may have its own.',
  }),
  min_change: leastChangeField.prefault('0%').meta({
    description:
      'Least change of the leading feature against what was expected: `10%` of that, `0.5` in the feature’s own unit, or both as a list; a feature may have its own.',
    forExample: ['10%', 0.5, ['10%', 0.5]],
  }),
  min_features: z.number().int().min(1).max(5).default(1).meta({
    description:
      'So many features at least must stray: carry a twentieth of the deviation or more, and change as `direction` and `min_change` ask.',
  }),
  refractory: durationField()
    .optional()
    .meta({
      description:
        'After an alert, for so long, only what is stranger than its peak makes another one of the same leading feature; default: the longest window.',
      forExample: ['1h'],
    }),
  repeat_interval: durationField().prefault('4h').meta({
    description:
      'An alert that goes on firing is told again so often to webhooks, chats and topics; a shift once a day at most; `0`: once is enough. Alertmanager has a `repeat_interval` of its own.',
  }),
  accept_after: durationField(1)
    .optional()
    .meta({
      description:
        'A level that has stayed for so long becomes normal by itself, except where a feature moved in the direction that is `worse` for it; default: never.',
      forExample: ['2d'],
    }),
  accept_memory: durationField(1).prefault('14d').meta({
    description:
      'How long a level that is not seen is remembered beside an accepted one, so that the way back is no alert either.',
  }),
  absence: z
    .union([
      z.enum(['auto', 'on', 'off']),
      z.strictObject({
        after: durationField(1).meta({
          description: 'How long its source goes on without it; at least `absent_after`.',
          forExample: ['30m'],
        }),
      }),
    ])
    .prefault('auto')
    .meta({
      description:
        'Tells of an entity known for a day whose data stop while its source goes on, after twice `absent_after`, at least 5 minutes, or after a time of your own. `auto`: not where entities come and go: more than one, and more than a tenth of all, came within a week, or as many came in its place.',
      forExample: ['off', { after: '30m' }],
    }),
  flatline: z
    .union([
      z.enum(['on', 'off']),
      z.strictObject({
        after: durationField(1).meta({
          description: 'For so long at least it has to stand still.',
          forExample: ['1h'],
        }),
      }),
    ])
    .prefault('on')
    .meta({
      description:
        'Tells of a feature that used to move at nine of ten steps and stands still, to the last digit, three times as long as it ever did: at least 12 steps and 10 minutes, or a time of your own.',
      forExample: ['off', { after: '1h' }],
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
        'An alert that fires later than this after the newest one opens an incident of its own, and what joins is told at the latest so long after the last message; default: 10 minutes, at least 2 steps.',
      forExample: ['10m'],
    }),
});
