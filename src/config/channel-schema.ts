import { z } from 'zod';
import {
  hostPortField,
  nameField,
  rateField,
  secretField,
  urlLoginField,
  urlSecretField,
  topicNameField,
} from './fields.ts';
import { saslSchema, tlsSchema } from './kafka-schema.ts';

const name = nameField.meta({
  description: 'Name of the channel: in metrics and logs.',
  forExample: ['oncall'],
});

const file = (description: string) => z.string().min(1).optional().meta({ description });

const templateText = (description: string, example: string) =>
  z
    .string()
    .min(1)
    .max(10_000)
    .optional()
    .meta({ description, forExample: [example] });

const template = z
  .strictObject({
    title: templateText('Instead of the title.', '{{ entity }}: {{ features[0].name }}'),
    text: templateText(
      'Instead of the lines below it.',
      '{% for f in features %}{{ f.name }} {{ f.seen }}\n{% endfor %}',
    ),
  })
  .optional()
  .meta({
    description:
      'Liquid templates of the words; default: strayd’s own. The variables are listed in docs/channels.md.',
  });

const rate = (description: string) =>
  rateField.meta({ description: `Most attempts to deliver; ${description}`, forExample: ['20 per minute'] });

const alertmanager = z.strictObject({
  name,
  type: z.literal('alertmanager').meta({ description: 'Alertmanager’s v2 API.' }),
  urls: z
    .array(urlLoginField.meta({ forExample: ['http://localhost:9093'] }))
    .min(1)
    .meta({ description: 'Every replica; each gets every alert.', forExample: [['http://localhost:9093']] }),
  template,
});

/** An address that is a secret of its own, and its `_file` twin. */
function secretAddress(description: string, example: string) {
  return {
    url: urlSecretField.optional().meta({ description, forExample: [example], writeOnly: true }),
    url_file: file('A file with the address, instead of `url`.'),
  };
}

const webhook = z.strictObject({
  name,
  type: z.literal('webhook').meta({ description: 'JSON by HTTP POST.' }),
  ...secretAddress('Address to post to.', 'https://example.org/strayd'),
  secret: secretField.optional().meta({ description: 'Key of the HMAC signature.', writeOnly: true }),
  secret_file: file('A file with the key, instead of `secret`.'),
  rate_limit: rate('default: no limit.').optional(),
  template,
});

const slack = z.strictObject({
  name,
  type: z.literal('slack').meta({ description: 'A message by an incoming webhook of Slack.' }),
  ...secretAddress(
    'The incoming webhook’s address; who knows it can post.',
    'https://hooks.slack.com/services/…',
  ),
  rate_limit: rate('the default is Slack’s own limit.').prefault('1 per second'),
  template,
});

const pagerduty = z.strictObject({
  name,
  type: z.literal('pagerduty').meta({ description: 'Incidents by PagerDuty’s Events API v2.' }),
  routing_key: secretField
    .optional()
    .meta({ description: 'Integration key of the service.', writeOnly: true }),
  routing_key_file: file('A file with the integration key, instead of `routing_key`.'),
  url: urlLoginField.prefault('https://events.pagerduty.com/v2/enqueue').meta({
    description: 'Where events are sent; the European region has its own address.',
    forExample: ['https://events.eu.pagerduty.com/v2/enqueue'],
  }),
  rate_limit: rate('PagerDuty adapts its own limit and names no figure.').prefault('60 per minute'),
  template,
});

const kafka = z.strictObject({
  name,
  type: z.literal('kafka').meta({ description: 'A Kafka topic; records are keyed by entity.' }),
  topic: topicNameField('strayd-alerts').meta({
    description: 'Topic to write to; it must exist.',
    forExample: ['strayd-alerts'],
  }),
  brokers: z
    .array(hostPortField('localhost:9092').meta({ forExample: ['localhost:9092'] }))
    .min(1)
    .optional()
    .meta({
      description: 'Brokers of its own; default: those of `kafka`, with their `tls` and `sasl`.',
      forExample: [['localhost:9092']],
    }),
  tls: z
    .union([z.boolean(), tlsSchema])
    .prefault(false)
    .meta({ description: 'Encrypts the connections to `brokers`.', forExample: [true] }),
  sasl: saslSchema.optional().meta({ description: 'Log-in at `brokers`.' }),
  rate_limit: rate('default: no limit.').optional(),
  template,
});

/** One element of `channels` as it is written. */
export const channelSchema = z.discriminatedUnion('type', [alertmanager, webhook, slack, pagerduty, kafka]);
