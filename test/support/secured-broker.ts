import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { startKafkaBroker, type BrokerExtras } from './kafka-broker.ts';

/** A broker with a listener for each way of being let in; addresses as `host:port`, all paths absolute. */
export interface SecuredBroker {
  /** Without encryption and log-in. */
  readonly open: string;
  readonly tls: string;
  /** TLS, and asks for a client certificate. */
  readonly mtls: string;
  /** Log-in by PLAIN, not encrypted. */
  readonly plain: string;
  /** Log-in by SCRAM-SHA-256 or -512, encrypted. */
  readonly scram: string;
  /** Log-in by OAUTHBEARER with unsigned tokens, not encrypted. */
  readonly oauth: string;
  /** PEM files of the authority, and of a client's certificate and key. */
  readonly files: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly folder: string;
  remove(): Promise<void>;
}

/** Who may log in, by PLAIN and both kinds of SCRAM. */
export const USER = { name: 'strayd', password: 'open-sesame' };

/** An unsigned token as Kafka's own validator for tests takes it, good for so many seconds from `nowMs`. */
export const unsignedToken = (nowMs: number, seconds = 3600): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const iat = Math.floor(nowMs / 1000);
  return `${part({ alg: 'none' })}.${part({ sub: USER.name, iat, exp: iat + seconds })}.`;
};

const run = promisify(execFile);

/* An authority, and certificates of a broker at 127.0.0.1 and of a client that it has signed. */
const makeCertificates = async (folder: string): Promise<SecuredBroker['files'] & { broker: string }> => {
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: folder });
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=test-ca',
  );
  await writeFile(path('broker.ext'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  await writeFile(path('client.ext'), 'extendedKeyUsage=clientAuth\n');
  for (const name of ['broker', 'client']) {
    await openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const signed = [
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      `${name}.ext`,
    ];
    await openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.pem`);
  }
  const parts = await Promise.all(['broker.key', 'broker.pem'].map((name) => readFile(path(name), 'utf8')));
  await writeFile(path('broker-store.pem'), parts.join(''));
  return {
    ca: path('ca.pem'),
    cert: path('client.pem'),
    key: path('client.key'),
    broker: path('broker-store.pem'),
  };
};

/** Starts Apache Kafka with all these listeners; needs openssl. */
export const startSecuredBroker = async (): Promise<SecuredBroker> => {
  const folder = await mkdtemp(join(tmpdir(), 'strayd-secured-'));
  const { broker: store, ...files } = await makeCertificates(folder);
  const protocols = {
    TLS: 'SSL',
    MTLS: 'SSL',
    PLAIN: 'SASL_PLAINTEXT',
    SCRAM: 'SASL_SSL',
    OAUTH: 'SASL_PLAINTEXT',
  };
  const listeners: BrokerExtras['listeners'][number][] = [];
  for (const [name, protocol] of Object.entries(protocols)) {
    listeners.push({ name, protocol, port: await freePort() });
  }
  const modules = 'org.apache.kafka.common.security';
  const { name: user, password } = USER;
  const broker = await startKafkaBroker({
    listeners,
    properties: [
      'ssl.keystore.type=PEM',
      `ssl.keystore.location=${store}`,
      'ssl.truststore.type=PEM',
      `ssl.truststore.location=${files.ca}`,
      'listener.name.mtls.ssl.client.auth=required',
      'listener.name.plain.sasl.enabled.mechanisms=PLAIN',
      `listener.name.plain.plain.sasl.jaas.config=${modules}.plain.PlainLoginModule required user_${user}="${password}";`,
      'listener.name.scram.sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512',
      `listener.name.scram.scram-sha-256.sasl.jaas.config=${modules}.scram.ScramLoginModule required;`,
      `listener.name.scram.scram-sha-512.sasl.jaas.config=${modules}.scram.ScramLoginModule required;`,
      'listener.name.oauth.sasl.enabled.mechanisms=OAUTHBEARER',
      `listener.name.oauth.oauthbearer.sasl.jaas.config=${modules}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
    ],
    scramUsers: [256, 512].map((size) => `SCRAM-SHA-${size}=[name=${user},password=${password}]`),
  });
  const at = (name: string): string =>
    `127.0.0.1:${listeners.find((listener) => listener.name === name)?.port ?? 0}`;
  return {
    open: broker.brokers[0] ?? '',
    tls: at('TLS'),
    mtls: at('MTLS'),
    plain: at('PLAIN'),
    scram: at('SCRAM'),
    oauth: at('OAUTH'),
    files,
    folder,
    remove: async () => {
      await broker.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
