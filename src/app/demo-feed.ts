import { rootMessage } from '../ingest/kafka/kafka-client.ts';
import { KafkaProducer, type OutgoingRecord } from '../ingest/kafka/kafka-producer.ts';
import type { FleetStep, SimulatedFleet } from '../ingest/replay/simulated-fleet.ts';
import type { Daemon } from './daemon.ts';
import { DemoError } from './demo-error.ts';
import type { DemoProgress } from './demo-progress.ts';
import { fleetRecords } from './fleet-records.ts';

/** Brings the fleet's records to the daemon; each part resolves when the daemon has read it. */
export interface DemoFeed {
  history(): Promise<void>;
  live(): Promise<void>;
  /** Takes away what the feed made; after the daemon has stopped. */
  close(): Promise<void>;
}

/** So many steps go to the broker in one send. */
const STEPS_PER_SEND = 60;

/** Without Kafka: the daemon's own stream serves the fleet. */
export function servedFeed(daemon: Daemon, progress: DemoProgress): DemoFeed {
  return {
    history: () => progress.served('history'),
    live: async () => {
      await daemon.resume();
      await progress.served('live');
    },
    close: () => Promise.resolve(),
  };
}

export interface KafkaFeedOptions {
  readonly brokers: readonly string[];
  readonly fleet: SimulatedFleet;
  readonly progress: DemoProgress;
  readonly warn: (message: string) => void;
}

/**
 * Through real brokers: writes the fleet to a topic of its own that the daemon reads and `close` deletes. Throws a
 * {@link DemoError} if they can't be reached or don't let it.
 */
export async function kafkaFeed({ brokers, fleet, progress, warn }: KafkaFeedOptions): Promise<DemoFeed> {
  const { topic, partitions } = fleet.options;
  const producer = new KafkaProducer(
    { brokers, clientId: 'strayd-demo', tls: null, sasl: null },
    () => undefined,
  );
  try {
    await producer.connect();
    await producer.ensureTopic(topic, partitions);
  } catch (error) {
    const reason = `${rootMessage(error)}; is --kafka the address of a broker (host:port) that allows new topics?`;
    throw new DemoError(`Can't use Kafka at ${brokers.join(', ')}: ${reason}`, { cause: error });
  }
  const steps = fleet.steps();
  let next = steps.next();
  const newest = new Map<number, number>();

  async function sendWhile(isWanted: (step: FleetStep) => boolean): Promise<void> {
    let records: OutgoingRecord[] = [];
    let joined = 0;
    while (next.done !== true && isWanted(next.value)) {
      records.push(...fleetRecords(next.value));
      for (const batch of next.value.batches) newest.set(batch.partition, batch.records.at(-1)?.timeMs ?? 0);
      next = steps.next();
      if (++joined % STEPS_PER_SEND !== 0) continue;
      await producer.send(topic, records);
      records = [];
    }
    if (records.length > 0) await producer.send(topic, records);
    await progress.reached(Math.min(...newest.values()));
  }

  return {
    history: () => sendWhile(({ live }) => !live),
    live: () => sendWhile(() => true),
    close: async () => {
      await producer.deleteTopic(topic).catch((error: unknown) => {
        warn(`The topic ${topic} could not be deleted (${rootMessage(error)}); delete it by hand.`);
      });
      await producer.close();
    },
  };
}
