import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { startGuarded, type GuardedProcess } from './guarded-process.ts';
import { installKafka } from './kafka-install.ts';
import { waitFor } from './wait-for.ts';

/** A broker of one's own: it can be stopped and started again with its data, for drills. */
export interface KafkaBroker {
  readonly brokers: readonly string[];
  /** Starts it again on the same port with the same data; resolves once it serves. */
  start(): Promise<void>;
  /** `SIGKILL` pulls the plug, the default is a clean shutdown. The data stay. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Stops it and deletes its data. */
  remove(): Promise<void>;
}

const CLUSTER_ID = 'c3RyYXlkLXRlc3QtMDAwMQ';
const JVM = ['-Xmx384m', '-Xms128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];

/** Listeners beside the plain one, and what they need. */
export interface BrokerExtras {
  readonly listeners: readonly { readonly name: string; readonly protocol: string; readonly port: number }[];
  /** Lines of server.properties. */
  readonly properties: readonly string[];
  /** As `StorageTool format --add-scram` takes them. */
  readonly scramUsers: readonly string[];
}

const NO_EXTRAS: BrokerExtras = { listeners: [], properties: [], scramUsers: [] };

const properties = (
  [port, controllerPort]: readonly [number, number],
  folder: string,
  { listeners, properties: more }: BrokerExtras,
): string =>
  [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=${[`PLAINTEXT://127.0.0.1:${port}`, ...addressesOf(listeners)].join(',')},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=${[`PLAINTEXT://127.0.0.1:${port}`, ...addressesOf(listeners)].join(',')}`,
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=PLAINTEXT',
    `listener.security.protocol.map=${['CONTROLLER:PLAINTEXT', 'PLAINTEXT:PLAINTEXT', ...listeners.map(({ name, protocol }) => `${name}:${protocol}`)].join(',')}`,
    `log.dirs=${join(folder, 'log')}`,
    'auto.create.topics.enable=false',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=4',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'group.min.session.timeout.ms=1000',
    'log.segment.bytes=1048576',
    // Tests write records of any age, and of hours to come.
    'log.retention.ms=-1',
    'log.message.timestamp.after.max.ms=9223372036854775807',
    ...more,
    '',
  ].join('\n');

const addressesOf = (listeners: BrokerExtras['listeners']): string[] =>
  listeners.map(({ name, port }) => `${name}://127.0.0.1:${port}`);

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });

/** Starts Apache Kafka (KRaft, one node) on free loopback ports with data under the system's temporary folder. */
export const startKafkaBroker = async (extras = NO_EXTRAS): Promise<KafkaBroker> => {
  const jars = await installKafka();
  const folder = await mkdtemp(join(tmpdir(), 'strayd-kafka-'));
  const [port, controllerPort] = [await freePort(), await freePort()];
  const config = join(folder, 'server.properties');
  await writeFile(config, properties([port, controllerPort], folder, extras));
  const java = [...JVM, '-cp', join(jars, '*')];
  const scram = extras.scramUsers.flatMap((user) => ['--add-scram', user]);
  const format = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', config, ...scram];
  await promisify(execFile)('java', [...java, ...format]);
  let broker: GuardedProcess | null = null;
  const start = async (): Promise<void> => {
    const started = startGuarded('java', [...java, 'kafka.Kafka', config]);
    broker = started;
    const serves = async (): Promise<boolean> => {
      if (!started.running()) return true;
      return answers(port);
    };
    await waitFor('Apache Kafka to open its port', serves, { timeoutMs: 90_000 });
    if (!started.running()) throw new Error(`Apache Kafka ended at once:\n${started.output().slice(-3000)}`);
  };
  const stop = async (signal?: NodeJS.Signals): Promise<void> => {
    await broker?.stop(signal);
    broker = null;
  };
  const remove = async (): Promise<void> => {
    await stop('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  };
  await start();
  return { brokers: [`127.0.0.1:${port}`], start, stop, remove };
};
