import type { AccessFiles, KafkaConfig, SaslConfig, TlsConfig } from './config.ts';

/** How to get at brokers, secrets in the clear: for the Kafka client alone, never to be printed. */
export interface KafkaAccess {
  readonly brokers: readonly string[];
  /** As node:tls takes it, PEM texts; what is left out is the system's. `null`: not encrypted. */
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
  } | null;
  readonly sasl:
    | {
        readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
        readonly username: string;
        readonly password: string;
      }
    | { readonly mechanism: 'oauthbearer'; readonly token: string }
    | null;
  /** From which they are read again at each connection. */
  readonly files?: AccessFiles;
}

/** As node:tls takes it. */
export function tlsAccess(tls: TlsConfig): NonNullable<KafkaAccess['tls']> {
  return {
    ...(tls.ca !== null && { ca: tls.ca }),
    ...(tls.cert !== null && { cert: tls.cert }),
    ...(tls.key !== null && { key: tls.key.reveal() }),
    ...(tls.serverName !== null && { servername: tls.serverName }),
  };
}

/** Reveals the secrets of the `kafka` section, or of a channel with brokers of its own. */
export function kafkaAccess({
  brokers,
  tls,
  sasl,
  files,
}: Pick<KafkaConfig, keyof KafkaAccess>): KafkaAccess {
  return {
    brokers,
    tls: tls && tlsAccess(tls),
    sasl: sasl && saslAccess(sasl),
    ...(files !== undefined && { files }),
  };
}

function saslAccess(sasl: SaslConfig): NonNullable<KafkaAccess['sasl']> {
  return sasl.mechanism === 'oauthbearer'
    ? { ...sasl, token: sasl.token.reveal() }
    : { ...sasl, password: sasl.password.reveal() };
}
