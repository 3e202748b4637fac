import { z } from 'zod';
import { secretField, urlField } from './fields.ts';

const path = z.string().min(1);

/** Where the parts of a sample lie in a JSON record: paths as `a.b`, a dot inside a key as `\\.`. */
export const jsonMapping = z.strictObject({
  records: path.optional().meta({
    description:
      'An array of objects, each one observation. Without it the record itself, which may be an array.',
    forExample: ['metrics'],
  }),
  time: path.meta({ description: 'The time.', forExample: ['timestamp'] }),
  time_unit: z.enum(['s', 'ms', 'us', 'ns']).default('s').meta({
    description: 'Unit of a time that is a number or digits; other texts are read as RFC 3339.',
  }),
  name: path.optional().meta({
    description: 'The metric’s name; the keys of the values are put after it with `_`.',
    forExample: ['name'],
  }),
  labels: z
    .union([path, z.record(z.string().min(1), path)])
    .optional()
    .meta({
      description: 'An object of labels, or one path a label: `{host: source.hostname}`.',
      forExample: ['tags'],
    }),
  values: z.union([path.transform((one) => [one]), z.array(path).min(1)]).meta({
    description: 'A number or an object of numbers, or a list of such paths; each number is a sample.',
    forExample: ['fields'],
  }),
});

const registry = z.strictObject({
  url: urlField.meta({
    description: 'Address of a Confluent-compatible schema registry.',
    forExample: ['https://registry.example.org:8081'],
  }),
  username: z.string().min(1).optional().meta({ description: 'User of a log-in by password.' }),
  password: secretField.optional().meta({ description: 'Its password.', writeOnly: true }),
  password_file: z.string().min(1).optional().meta({
    description: 'A file with the password, instead of `password`.',
  }),
  token: secretField.optional().meta({ description: 'Bearer token, instead of a user.', writeOnly: true }),
  token_file: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'A file with the token, instead of `token`.' }),
});

/** A mapping of Avro records, and where their schemas are. */
export const avroMapping = jsonMapping.extend({
  registry: registry.meta({ description: 'Where the schemas are.' }),
});
