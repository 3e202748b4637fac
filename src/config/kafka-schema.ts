import { z } from 'zod';
import { hostPortField, secretField } from './fields.ts';

/** Files and names for encrypted connections, as they are written. */
export const tlsSchema = z.strictObject({
  ca_file: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'PEM file of the authorities to trust; default: those of the system.' }),
  cert_file: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'PEM file of the client certificate, for brokers that ask for one.' }),
  key: secretField
    .optional()
    .meta({ description: 'The client certificate’s private key, PEM.', writeOnly: true }),
  key_file: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'A file with the private key, instead of `key`.' }),
  server_name: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Name to check in the broker’s certificate, if not its host name.' }),
});

/** A log-in at brokers, as it is written. */
export const saslSchema = z.strictObject({
  mechanism: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'])
    .meta({ description: 'How to prove who we are.' }),
  username: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'User name; not for `oauthbearer`.', forExample: ['strayd'] }),
  password: secretField.optional().meta({ description: 'Password.', writeOnly: true }),
  password_file: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'A file with the password, instead of `password`; read again at each connection.' }),
  token: secretField.optional().meta({ description: 'Token, for `oauthbearer`.', writeOnly: true }),
  token_file: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'A file with the token, instead of `token`; read again at each connection.' }),
});

/** The `kafka` section as it is written. */
export const kafkaSchema = z.strictObject({
  brokers: z
    .array(hostPortField('localhost:9092').meta({ forExample: ['localhost:9092'] }))
    .min(1)
    .prefault(['localhost:9092'])
    .meta({ description: 'Brokers to start from, as host:port.', forExample: [['localhost:9092']] }),
  group_id: z.string().min(1).default('strayd').meta({ description: 'Consumer group.' }),
  client_id: z
    .string()
    .min(1)
    .default('strayd')
    .meta({ description: 'Name shown in the brokers’ logs and quotas.' }),
  tls: z
    .union([z.boolean(), tlsSchema])
    .prefault(false)
    .meta({ description: 'Encrypts the connections: `true`, or a map with files.', forExample: [true] }),
  sasl: saslSchema.optional().meta({ description: 'Log-in at the brokers.' }),
});
