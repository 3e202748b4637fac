import { KafkaProducer, type OutgoingRecord } from '../ingest/kafka/kafka-producer.ts';
import type { FleetStep, SimulatedFleet } from '../ingest/replay/simulated-fleet.ts';
import type { Daemon } from './daemon.ts';
import type { DemoProgress } from './demo-progress.ts';

/** Brings the fleet's records to the daemon; each part resolves when the daemon has read it. */
export interface DemoFeed {
  history(): Promise<void>;
  live(): Promise<void>;
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
  };
}

/** Through real brokers: writes the fleet to a topic of its own that the daemon reads. */
export async function kafkaFeed(
  brokers: readonly string[],
  fleet: SimulatedFleet,
  progress: DemoProgress,
): Promise<DemoFeed> {
  const { topic, partitions } = fleet.options;
  const producer = new KafkaProducer(
    { brokers, clientId: 'strayd-demo', tls: null, sasl: null },
    () => undefined,
  );
  await producer.connect();
  await producer.ensureTopic(topic, partitions);
  const steps = fleet.steps();
  let next = steps.next();
  const newest = new Map<number, number>();

  async function sendWhile(isWanted: (step: FleetStep) => boolean): Promise<void> {
    let records: OutgoingRecord[] = [];
    let joined = 0;
    while (next.done !== true && isWanted(next.value)) {
      records.push(...next.value.batches.flatMap(outgoing));
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
    live: async () => {
      await sendWhile(() => true);
      await producer.close();
    },
  };
}

function outgoing({ partition, records }: FleetStep['batches'][number]): OutgoingRecord[] {
  return records.map(({ value, timeMs }) => ({
    partition,
    key: null,
    value: Buffer.from(value ?? []).toString('utf8'),
    timeMs,
  }));
}
