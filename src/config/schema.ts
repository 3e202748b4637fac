import { z } from 'zod';
import { channelSchema } from './channel-schema.ts';
import { detectorSchema } from './detector-schema.ts';
import {
  cronField,
  durationField,
  hostPortField,
  nameField,
  secretField,
  selectorField,
  timeField,
  timezoneField,
  topicNameField,
  topicPatternField,
  urlField,
} from './fields.ts';
import { avroMapping, jsonMapping } from './json-mapping-schema.ts';
import { kafkaSchema } from './kafka-schema.ts';
import { limitsSchema } from './limits-schema.ts';

const source = z.strictObject({
  name: nameField.meta({
    description: 'Name of the source: in metrics and dead letters.',
    forExample: ['node'],
  }),
  topics: z
    .array(
      z.union([
        z
          .string()
          .min(1)
          .meta({ forExample: ['metrics'] }),
        z.strictObject({
          pattern: topicPatternField.meta({
            description:
              'Regular expression that a topic’s whole name matches; one that is created later is read too.',
            forExample: ['team-.*-metrics'],
          }),
        }),
      ]),
    )
    .min(1)
    .meta({ description: 'Kafka topics to read, by name or by `{pattern: …}`.', forExample: [['metrics']] }),
  format: z.enum(['prometheus_json', 'remote_write', 'otlp', 'influx', 'json', 'avro']).meta({
    description:
      'What a record holds (docs/formats.md). `prometheus_json`: as prometheus-kafka-adapter writes it; `remote_write`: Prometheus remote write 1.0 or 2.0; ' +
      '`otlp`: OpenTelemetry, protobuf or JSON; `influx`: line protocol, as Telegraf writes it; `json`: any JSON, by the paths under `json`; `avro`: Avro of a schema registry, by the paths under `avro`.',
    forExample: ['prometheus_json'],
  }),
  json: jsonMapping.optional().meta({ description: 'Where the parts of a sample lie; for `format: json`.' }),
  avro: avroMapping.optional().meta({
    description: 'Where the parts of a sample lie, and the schema registry; for `format: avro`.',
  }),
});

const delivery = z.strictObject({
  max_alert_age: durationField(1).prefault('1h').meta({
    description: 'Older alerts (after a catch-up, say) are listed, not sent.',
  }),
  max_notifications_per_hour: z.number().int().min(1).max(10_000).default(20).meta({
    description:
      'Most messages about new or grown incidents in any hour, over all detectors; what is too much is told in one summary. Alertmanager and /metrics are not braked.',
  }),
  timezone: timezoneField.prefault('UTC').meta({
    description: 'Time zone of the local times that alerts tell beside UTC.',
    forExample: ['Europe/Berlin'],
  }),
});

const deadLetters = z.strictObject({
  topic: topicNameField('strayd-dead-letters')
    .optional()
    .meta({
      description:
        'Topic at the same brokers that they are sent on to, bytes as they were, with headers that say where they are from and why; it must exist. Without it they are only in the store.',
      forExample: ['strayd-dead-letters'],
    }),
});

const store = z.strictObject({
  path: z.string().min(1).default('./strayd-data').meta({
    description: 'Directory of the database; a relative one starts at the configuration file’s folder.',
  }),
});

const server = z.strictObject({
  listen: hostPortField('127.0.0.1:9477')
    .prefault('127.0.0.1:9477')
    .meta({
      description: 'Address of /metrics, the API and the console.',
      forExample: ['127.0.0.1:9477'],
    }),
  external_url: urlField.optional().meta({
    description: 'Address that people reach it by, for links in alerts.',
    forExample: ['https://strayd.example.org'],
  }),
  token: secretField.optional().meta({
    description: 'Bearer token that requests must carry; needed when `listen` is beyond loopback.',
    writeOnly: true,
  }),
  token_file: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'A file with the token, instead of `token`.' }),
});

const maintenance = z
  .strictObject({
    match: selectorField('{instance=~"db-.*"}', false)
      .prefault('{}')
      .meta({
        description:
          'Labels of entity or cohort, `detector` or `severity`, as a PromQL selector; `{}`: everything.',
        forExample: ['{role="db"}'],
      }),
    schedule: cronField.optional().meta({
      description: 'When it begins, five cron fields; with `duration`.',
      forExample: ['0 2 * * 0'],
    }),
    duration: durationField(60_000)
      .optional()
      .meta({ description: 'How long it lasts; at most 31d.', forExample: ['2h'] }),
    timezone: timezoneField
      .prefault('UTC')
      .meta({ description: 'Time zone of `schedule`.', forExample: ['Europe/Berlin'] }),
    start: timeField.optional().meta({
      description: 'When it begins, once; with `end`. May lie in the past: it is not learned from then.',
      forExample: ['2026-11-28T22:00:00Z'],
    }),
    end: timeField.optional().meta({ description: 'When it ends.', forExample: ['2026-11-29T04:00:00Z'] }),
    comment: z.string().max(1000).default('').meta({ description: 'For people.' }),
  })
  .meta({ description: 'A time of planned work.' });

/** The whole file as it is written. Cross checks and defaults that depend on other values come after it. */
export const configSchema = z.strictObject({
  kafka: kafkaSchema.prefault({}).meta({ description: 'Where the samples come from.' }),
  sources: z
    .array(source)
    .min(1)
    .meta({
      description: 'Topics and what their records hold.',
      forExample: [[{ name: 'node', topics: ['metrics'], format: 'prometheus_json' }]],
    }),
  detectors: z.array(detectorSchema).min(1).meta({ description: 'What to watch.' }),
  channels: z.array(channelSchema).default([]).meta({ description: 'Where alerts go.' }),
  maintenance: z.array(maintenance).max(1000).default([]).meta({
    description:
      'Times of planned work, once or again and again: alerts in them are on record only, and nothing in them is learned from.',
  }),
  delivery: delivery.prefault({}).meta({ description: 'How alerts are sent.' }),
  dead_letters: deadLetters.prefault({}).meta({ description: 'Where records go that can’t be used.' }),
  limits: limitsSchema
    .prefault({})
    .meta({ description: 'Bounds of what comes in, and of what is kept in memory.' }),
  store: store.prefault({}).meta({ description: 'What is kept on disk.' }),
  server: server.prefault({}).meta({ description: 'The HTTP side.' }),
});

/** What {@link configSchema} makes of a good file. */
export type ParsedConfig = z.output<typeof configSchema>;
/** One parsed element of `detectors`. */
export type ParsedDetector = ParsedConfig['detectors'][number];

/** One element of a detector's `features`. */
export type ParsedFeature = Exclude<ParsedDetector['features'], 'auto'>[number];
