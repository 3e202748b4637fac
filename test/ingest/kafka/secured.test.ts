import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { kafkaAccess } from '../../../src/config/kafka-access.ts';
import type { KafkaConnection } from '../../../src/ingest/kafka/kafka-client.ts';
import type { KafkaRecordStream } from '../../../src/ingest/kafka/kafka-record-stream.ts';
import { sampleTopics } from '../../../src/ingest/kafka/sample-topics.ts';
import { createTopic, produce, sharedKafka, uniqueName } from '../../support/kafka.ts';
import { startSecuredBroker, unsignedToken, USER, type SecuredBroker } from '../../support/secured-broker.ts';
import { waitFor } from '../../support/wait-for.ts';
import { MINIMAL } from '../../config/load-text.ts';
import { RecordingHandler, streamOf } from './recording-handler.ts';

/* Beside a broker that is given, or kcat's, no other can be started. */
const { kind } = await sharedKafka();

let broker: SecuredBroker;
let topic = '';
beforeAll(async () => {
  if (kind !== 'kafka') return;
  broker = await startSecuredBroker();
  topic = await createTopic([broker.open], 1);
  await produce([broker.open], topic, [{ partition: 0, timeMs: 0, value: 'let in' }]);
});
afterAll(async () => {
  if (kind === 'kafka') await broker.remove();
});

const streams: KafkaRecordStream[] = [];
afterEach(async () => {
  for (const stream of streams.splice(0)) await stream.close();
});

/** The connection that a configuration makes, its files read from the broker's folder. */
const connectionOf = (address: string, keys: string): KafkaConnection => {
  const path = join(broker.folder, 'strayd.yaml');
  const text = `${MINIMAL}kafka: {brokers: ['${address}'], ${keys}}\n`;
  const { kafka } = loadConfig(path, {}, (file) =>
    file === path ? text : readFileSync(file, 'utf8'),
  ).config;
  return { ...kafkaAccess(kafka), clientId: 'strayd-test' };
};

const login = (mechanism: string, file = 'password'): string =>
  `sasl: {mechanism: ${mechanism}, username: ${USER.name}, password_file: ${file}}`;

const write = (file: string, text: string): void => writeFileSync(join(broker.folder, file), text);

const ways = (): readonly (readonly [name: string, address: string, keys: string])[] => [
  ['TLS', broker.tls, 'tls: {ca_file: ca.pem}'],
  ['mutual TLS', broker.mtls, 'tls: {ca_file: ca.pem, cert_file: client.pem, key_file: client.key}'],
  ['SASL plain', broker.plain, login('plain')],
  ['SCRAM-SHA-256', broker.scram, `tls: {ca_file: ca.pem}, ${login('scram-sha-256')}`],
  ['SCRAM-SHA-512', broker.scram, `tls: {ca_file: ca.pem}, ${login('scram-sha-512')}`],
  ['OAUTHBEARER', broker.oauth, 'sasl: {mechanism: oauthbearer, token_file: token}'],
];

test.runIf(kind === 'kafka')('each way of being let in reads the topic, secrets from files', async () => {
  write('password', `${USER.password}\n`);
  write('token', `${unsignedToken(Date.now())}\n`);
  const read = await Promise.all(
    ways().map(async ([name, address, keys]) => {
      const handler = new RecordingHandler();
      const connection = connectionOf(address, keys);
      const stream = streamOf([], [topic], { connection, groupId: uniqueName('group') });
      streams.push(stream);
      await stream.start(handler);
      await waitFor(`the record by ${name}`, () => handler.records.length > 0);
      return [name, handler.records[0]?.value];
    }),
  );
  expect(read).toEqual(ways().map(([name]) => [name, 'let in']));
});

const refusals = (): readonly (readonly [what: string, address: string, keys: string, said: RegExp])[] => [
  ['an unknown authority', broker.tls, 'tls: true', /signed by nobody who is trusted here.*tls\.ca_file/],
  [
    'another name in the certificate',
    broker.tls,
    'tls: {ca_file: ca.pem, server_name: kafka.example.org}',
    /set tls\.server_name/,
  ],
  ['no client certificate', broker.mtls, 'tls: {ca_file: ca.pem}', /set tls\.cert_file and tls\.key_file/],
  ['TLS at a port without', broker.open, 'tls: {ca_file: ca.pem}', /speaks without TLS/],
  ['no TLS at a port with', broker.tls, 'client_id: a', /may ask for tls or sasl/],
  ['no log-in where one is asked for', broker.plain, 'client_id: a', /may ask for tls or sasl/],
  ['a log-in where none is asked for', broker.open, login('plain'), /asks for no log-in/],
  ['a wrong password', broker.plain, login('plain', 'wrong'), /correct sasl\.username and its password/],
  [
    'a wrong password by SCRAM',
    broker.scram,
    `tls: {ca_file: ca.pem}, ${login('scram-sha-512', 'wrong')}`,
    /correct sasl\.username and its password/,
  ],
  ['a mechanism that is not there', broker.plain, login('scram-sha-256'), /choose another sasl\.mechanism/],
  [
    'a token that is out of date',
    broker.oauth,
    'sasl: {mechanism: oauthbearer, token_file: old-token}',
    /sasl\.token_file/,
  ],
];

test.runIf(kind === 'kafka')('each refusal says what to set, and no secret', async () => {
  write('password', USER.password);
  write('wrong', 'sesame-close');
  write('old-token', unsignedToken(Date.now() - 86_400_000));
  const request = { topics: [topic], recordsPerPartition: 1, timeoutMs: 5_000, log: () => undefined };
  await Promise.all(
    refusals().map(async ([what, address, keys, said]) => {
      const connection = connectionOf(address, keys);
      const asked = sampleTopics({ ...request, connection, groupId: uniqueName('group') });
      const message = await asked.then(
        () => 'let in',
        (error: unknown) => (error as Error).message,
      );
      expect(message, what).toMatch(said);
      expect(message, what).not.toMatch(/sesame|\n/);
    }),
  );
});

test.runIf(kind === 'kafka')(
  'a password that is corrected in its file is taken at the next attempt',
  async () => {
    write('rotated', 'not yet');
    const handler = new RecordingHandler();
    const connection = connectionOf(broker.plain, login('plain', 'rotated'));
    const stream = streamOf([], [topic], { connection, groupId: uniqueName('group') });
    streams.push(stream);
    const started = stream.start(handler);
    await waitFor('the refusal', () => handler.news.some((news) => news.includes('refuses the log-in')));
    write('rotated', USER.password);
    await started;
    await waitFor('the record', () => handler.records.length > 0);
    expect(handler.news).toContain('trouble over');
  },
);
