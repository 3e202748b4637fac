import type { ConnectionOptions } from 'node:tls';
import kafkajs from 'kafkajs';
import type { Kafka, KafkaConfig, SASLOptions } from 'kafkajs';
import { DEFAULT_LIMITS } from '../../core/limits.ts';
import { withAdvice } from './connection-advice.ts';
import { freshFrom, type AccessFiles } from './fresh-files.ts';
import { registerCodecs } from './codecs.ts';
import { tameKafkajs } from './kafkajs-internals.ts';

/** User and password, or a token, by one of the mechanisms that kafkajs speaks. */
export type KafkaSasl =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: string;
    }
  | { readonly mechanism: 'oauthbearer'; readonly token: string };

/** Where the brokers are and how to be let in; brokers as `host:port`, `tls: null` for plain TCP. */
export interface KafkaConnection {
  readonly clientId: string;
  readonly brokers: readonly string[];
  readonly tls: ConnectionOptions | null;
  readonly sasl: KafkaSasl | null;
  /** Where secrets and certificates come from, to be read again at each connection. */
  readonly files?: AccessFiles;
  /** Most bytes that a batch of records may be unpacked to; absent: the default of `limits.unpacked_size`. */
  readonly unpackedSizeBytes?: number;
}

/** Takes what kafkajs would print. */
export type KafkaLog = (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;

const text = (value: unknown): string => (typeof value === 'string' && value !== '' ? ` (${value})` : '');

/* kafkajs keeps the object and asks for its values at each log-in. */
const saslOptions = (sasl: KafkaSasl): SASLOptions => {
  if (sasl.mechanism !== 'oauthbearer') return sasl;
  return { mechanism: sasl.mechanism, oauthBearerProvider: () => Promise.resolve({ value: sasl.token }) };
};

/** A kafkajs client with codecs, tamed internals and its log lines sent to `log`, all as `debug`. */
export const createKafkaClient = (connection: KafkaConnection, log: KafkaLog): Kafka => {
  tameKafkajs();
  registerCodecs(connection.unpackedSizeBytes ?? DEFAULT_LIMITS.unpackedSizeBytes);
  const { clientId, brokers, tls, sasl, files = {} } = connection;
  const config: KafkaConfig = {
    clientId,
    brokers: [...brokers],
    ...(tls === null ? {} : { ssl: freshFrom(tls, files) }),
    ...(sasl === null ? {} : { sasl: saslOptions(freshFrom(sasl, files)) }),
    connectionTimeout: 5_000,
    retry: { retries: 4, initialRetryTime: 100, maxRetryTime: 1_000 },
    logLevel: kafkajs.logLevel.WARN,
    // It reports every attempt as an error, also a rebalance; what matters of it the stream tells itself, once.
    logCreator: () => (entry) => {
      log('debug', `kafkajs: ${entry.log.message}${text(entry.log['error'])}`);
    },
  };
  return new kafkajs.Kafka(config);
};

/** The root of a kafkajs error in one line, with a way out where we know one: it wraps the socket's error several times over. */
export const rootMessage = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? rootMessage(error.cause) : withAdvice(error.message);
};
