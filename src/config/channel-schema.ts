import { z } from 'zod';
import { nameField, secretField, urlField } from './fields.ts';

const name = nameField.meta({
  description: 'Name of the channel: in metrics and logs.',
  forExample: ['oncall'],
});

const alertmanager = z.strictObject({
  name,
  type: z.literal('alertmanager').meta({ description: 'Alertmanager’s v2 API.' }),
  urls: z
    .array(urlField.meta({ forExample: ['http://localhost:9093'] }))
    .min(1)
    .meta({ description: 'Every replica; each gets every alert.', forExample: [['http://localhost:9093']] }),
});

const webhook = z.strictObject({
  name,
  type: z.literal('webhook').meta({ description: 'JSON by HTTP POST.' }),
  url: urlField.meta({ description: 'Address to post to.', forExample: ['https://example.org/strayd'] }),
  secret: secretField.optional().meta({ description: 'Key of the HMAC signature.', writeOnly: true }),
  secret_file: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'A file with the key, instead of `secret`.' }),
});

/** One element of `channels` as it is written. */
export const channelSchema = z.discriminatedUnion('type', [alertmanager, webhook]);
