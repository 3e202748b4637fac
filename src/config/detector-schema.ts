import { z } from 'zod';
import { alertSchema } from './alert-schema.ts';
import {
  cronField,
  durationField,
  labelNameField,
  leastChangeField,
  metricNameField,
  nameField,
  quantileField,
  secretField,
  sizeField,
  selectorField,
  timezoneField,
  urlLoginField,
} from './fields.ts';
import { tlsSchema } from './kafka-schema.ts';

const count = z.number().int().min(1);

const feature = z.strictObject({
  name: metricNameField.optional().meta({
    description:
      'Name of the column; default: the metric’s, of a histogram with `_mean` or, for `quantile: 0.99`, `_p99`.',
    forExample: ['cpu_busy'],
  }),
  metric: metricNameField.meta({
    description: 'Metric that it is made from.',
    forExample: ['node_cpu_seconds_total'],
  }),
  where: selectorField('mode!="idle"', true)
    .prefault('')
    .meta({ description: 'More conditions on the series, beside `select`.', forExample: ['mode!="idle"'] }),
  as: z.enum(['gauge', 'rate', 'mean', 'quantile']).default('gauge').meta({
    description:
      '`gauge`: the value itself; `rate`: per-second increase of a counter, resets taken into account. Of a histogram (its name without `_bucket`, `_sum` and `_count`), what was observed in the step: `mean`; `quantile`, as `histogram_quantile` has it.',
  }),
  quantile: quantileField.optional().meta({
    description: 'For `as: quantile`: which one, 0.99 for the 99th percentile.',
    forExample: [0.99],
  }),
  aggregate: z
    .enum(['sum', 'mean', 'min', 'max'])
    .optional()
    .meta({
      description:
        'How several series of one entity become one value; default: `mean`. Histograms are always added up before.',
      forExample: ['sum'],
    }),
  unit: z
    .string()
    .default('')
    .meta({ description: 'For people, in explanations.', forExample: ['cores'] }),
  direction: z
    .enum(['both', 'up', 'down'])
    .optional()
    .meta({
      description: 'Its own `alert.direction`.',
      forExample: ['up'],
    }),
  min_change: leastChangeField
    .optional()
    .meta({ description: 'Its own `alert.min_change`.', forExample: ['10%', 0.5, ['10%', 0.5]] }),
  worse: z
    .enum(['up', 'down'])
    .optional()
    .meta({
      description:
        'The direction that is bad news: a new level there never becomes normal by itself (`alert.accept_after`).',
      forExample: ['up'],
    }),
});

const model = z.strictObject({
  type: z.enum(['auto', 'linear', 'dense', 'lstm', 'conv', 'variational', 'none']).default('auto').meta({
    description:
      '`auto`: linear autoencoders, a forecast and, in cohorts where it rebuilds unseen rows better than the linear ones, a dense net in one score; `linear`: the same without the net; `dense`, `lstm`, `conv`, `variational`: that net and the forecast, without linear autoencoders; `none`: only the guards watch.',
  }),
  layers: z.array(count).min(1).default([128, 64, 32]).meta({
    description:
      'Upper bounds of the net’s encoder, wide to narrow, the last one for the bottleneck, which also stays under a quarter of the inputs and under the components that `bottleneck` asks for. `conv`: channels; `lstm` uses the last two.',
  }),
  bottleneck: z.number().gt(0).lte(1).default(0.9).meta({
    description:
      'Share of the windows’ variance that the narrowest layer keeps; it has at most a quarter of the inputs’ width.',
  }),
  noise: z.number().min(0).lte(10).default(0.1).meta({
    description: 'Noise added to the net’s inputs in training, in units of each feature’s spread.',
  }),
  loss: z.enum(['mse', 'huber', 'cross_entropy']).default('mse').meta({
    description:
      'What the net is trained on: squared errors; `huber`: beyond one spread only their size; `cross_entropy`: a sigmoid output, for which values are scaled so that mean ± 5 spreads are 0 and 1.',
  }),
  learning_rate: z.number().gt(0).lte(1).default(0.001).meta({ description: 'Step size of Adam.' }),
  batch_size: count.lte(65_536).default(256).meta({ description: 'Windows in one training step.' }),
  max_epochs: count.lte(10_000).default(30).meta({
    description:
      'Most passes over the training windows; it stops earlier when the newest tenth of them no longer gains.',
  }),
  backend: z.enum(['auto', 'native', 'wasm', 'cpu']).default('auto').meta({
    description:
      'Where the maths runs; `auto`: the fastest of those installed, measured on the detector’s own net at its first training.',
  }),
  seed: z
    .number()
    .int()
    .min(0)
    .default(1)
    .meta({ description: 'Start of everything random in a training, so that it repeats.' }),
  own_nets: z
    .array(z.string().min(1))
    .max(100)
    .optional()
    .meta({
      description:
        'Entities that get a net of their own, fine-tuned from their cohort’s; each of them takes as long to train as the whole cohort’s may.',
      forExample: [['db-1', 'db-2']],
    }),
});

const prometheus = z.strictObject({
  prometheus: urlLoginField.meta({
    description: 'Address of a Prometheus, Thanos, Mimir or VictoriaMetrics, before `/api/v1/query_range`.',
    forExample: ['http://localhost:9090'],
  }),
  token: secretField.optional().meta({ description: 'Bearer token.', writeOnly: true }),
  token_file: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'A file with the token, instead of `token`.' }),
  tls: z
    .union([z.boolean(), tlsSchema])
    .prefault(false)
    .meta({ description: 'Files for https, where the system’s authorities are not enough.' }),
});

const training = z.strictObject({
  schedule: cronField
    .prefault('0 3 * * 0')
    .meta({ description: 'When to retrain: five cron fields.', forExample: ['0 3 * * 0'] }),
  timezone: timezoneField
    .prefault('UTC')
    .meta({ description: 'Time zone of `schedule`.', forExample: ['Europe/Berlin'] }),
  span: durationField(1).prefault('28d').meta({ description: 'How much history a training uses.' }),
  quarantine: durationField()
    .prefault('7d')
    .meta({ description: 'How long alerts that nobody labelled stay out of training.' }),
  fine_tune: z.boolean().default(true).meta({
    description:
      'Nets go on from those of the version in use, and cohorts’ from all entities’, where sizes agree; `false`: from nothing.',
  }),
  min_steps: count.optional().meta({
    description:
      'Steps an entity needs before the first training; default: 8 × the longest window, at least 6 hours’ worth.',
    forExample: [1440],
  }),
  time_limit: durationField(1)
    .prefault('2h')
    .meta({ description: 'A training that takes longer is ended, and counts as failed.' }),
  memory_limit: sizeField(256 * 2 ** 20)
    .prefault('4GB')
    .meta({ description: 'A training process that takes more memory is ended, and counts as failed.' }),
  bootstrap: z
    .union([z.enum(['none', 'kafka']), prometheus])
    .default('none')
    .meta({
      description:
        'What a topic that was not read yet begins with. `none`: its earliest record, and all that follow; `kafka`: some stretches of its history, then the present; a map: the same from a Prometheus.',
      forExample: ['kafka', { prometheus: 'http://localhost:9090' }],
    }),
  bootstrap_limit: durationField(1).prefault('10m').meta({
    description: 'How long reading history back may take; then the present begins with what there is.',
  }),
  keep: count.lte(100).default(10).meta({
    description: 'Versions kept beside the one in use, to roll back to; of rejected ones as many again.',
  }),
});

/** One element of `detectors` as it is written. */
export const detectorSchema = z.strictObject({
  name: nameField.meta({
    description: 'Name of the watch: in metrics, alerts and addresses.',
    forExample: ['hosts'],
  }),
  source: nameField
    .optional()
    .meta({ description: 'Only samples of this source; default: of all.', forExample: ['node'] }),
  mode: z
    .enum(['observe', 'alert'])
    .default('observe')
    .meta({ description: '`observe` scores and lists what it would have sent; `alert` delivers.' }),
  select: selectorField('{job="node"}', false)
    .prefault('{}')
    .meta({
      description: 'PromQL selector of the series to watch; `{}`: all.',
      forExample: ['{job="node",env!~"test|dev"}'],
    }),
  entity: z
    .array(labelNameField.meta({ forExample: ['instance'] }))
    .min(1)
    .meta({ description: 'Labels whose values name the watched thing.', forExample: [['instance']] }),
  cohort: z
    .array(labelNameField.meta({ forExample: ['role'] }))
    .default([])
    .meta({
      description:
        'Labels whose values group entities that are alike and share a model; default: all are one group.',
      forExample: [['role']],
    }),
  features: z.union([z.literal('auto'), z.array(feature).min(1).max(1000)]).meta({
    description:
      'The columns that are watched together. `auto`: chosen from a sample of the topic when strayd first runs, then kept in the store.',
    forExample: [[{ metric: 'node_load1' }]],
  }),
  step: durationField(1)
    .prefault('15s')
    .meta({ description: 'Width of the time grid; the scrape interval is a good choice.' }),
  windows: z
    .array(count.lte(4096))
    .min(1)
    .default([4, 16, 64])
    .meta({ description: 'Window lengths in steps, ascending.' }),
  allowed_lateness: durationField()
    .prefault('30s')
    .meta({ description: 'How long a step waits for late samples, in event time.' }),
  absent_after: durationField(1)
    .optional()
    .meta({
      description:
        'An entity silent for this long holds no step open; default: 5 × step, at least `allowed_lateness`.',
      forExample: ['75s'],
    }),
  max_future: durationField()
    .prefault('5m')
    .meta({ description: 'A sample this far ahead of its own Kafka record is refused.' }),
  forget_after: durationField(1)
    .prefault('24h')
    .meta({ description: 'An entity silent for this long is forgotten.' }),
  model: model.prefault({}).meta({ description: 'What learns the normal.' }),
  training: training.prefault({}).meta({ description: 'When and from what it learns.' }),
  calibration: z
    .strictObject({
      schedule: cronField.prefault('0 4 * * *').meta({
        description: 'When thresholds are refit: five cron fields, UTC.',
        forExample: ['0 4 * * *'],
      }),
    })
    .prefault({})
    .meta({ description: 'When thresholds are refit.' }),
  alert: alertSchema.prefault({}).meta({ description: 'When people are told.' }),
});
