import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startKafkaBroker } from './kafka-broker.ts';
import { startMockBroker } from './mock-broker.ts';
import { systemBinary } from './system-binary.ts';

/** What the tests are told of the shared broker; `mock` can't create topics. */
export interface SharedBroker {
  readonly kind: 'given' | 'kafka' | 'mock';
  readonly brokers: readonly string[];
}

declare module 'vitest' {
  interface ProvidedContext {
    kafkaService: string;
    /** What test files leave there for each other; deleted at the end of the run. */
    sharedFolder: string;
  }
}

type Running = SharedBroker & { readonly close: () => Promise<void> };

const NO_BROKER =
  'no Kafka for the tests: set KAFKA_BROKERS=host:port, or install Java 17 and Maven ' +
  '(sudo apt-get install openjdk-17-jre-headless maven) so that Apache Kafka can be fetched';

const inCi = (): boolean => process.env['CI'] !== undefined && process.env['CI'] !== '';

const open = async (): Promise<Running> => {
  const given = process.env['KAFKA_BROKERS'];
  if (given !== undefined && given !== '') {
    return { kind: 'given', brokers: given.split(','), close: () => Promise.resolve() };
  }
  try {
    const broker = await startKafkaBroker();
    return { kind: 'kafka', brokers: broker.brokers, close: () => broker.remove() };
  } catch (cause) {
    if (inCi()) throw new Error(`${NO_BROKER}; CI takes nothing less`, { cause });
    const kcat = systemBinary('kcat', 'kcat');
    if (kcat.path === null) throw new Error(NO_BROKER, { cause });
    const mock = await startMockBroker(kcat.path);
    return { kind: 'mock', brokers: mock.brokers, close: () => mock.stop() };
  }
};

/**
 * One broker for the whole run, started when the first test asks for it: the run's main process answers on a loopback
 * port, and runs without Kafka pay nothing.
 */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  let running: Promise<Running> | null = null;
  const service = createServer((_request, response) => {
    running ??= open();
    running.then(
      ({ kind, brokers }) => response.end(JSON.stringify({ kind, brokers })),
      (error: unknown) => {
        const cause =
          error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
        response.statusCode = 500;
        response.end(`${error instanceof Error ? error.message : String(error)}${cause}`);
      },
    );
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const { port } = service.address() as AddressInfo;
  project.provide('kafkaService', `http://127.0.0.1:${port}/`);
  const sharedFolder = mkdtempSync(join(tmpdir(), 'strayd-shared-'));
  project.provide('sharedFolder', sharedFolder);
  return async () => {
    service.close();
    rmSync(sharedFolder, { recursive: true, force: true });
    const broker = await running?.catch(() => null);
    await broker?.close();
  };
};
