import { setTimeout as sleep } from 'node:timers/promises';
import { rootMessage } from '../ingest/kafka/kafka-client.ts';
import { KafkaProducer } from '../ingest/kafka/kafka-producer.ts';
import { DemoError, DemoInterrupted } from './demo-error.ts';
import { fleetOfNow, playFleet, type PlayedFleet } from './play-fleet.ts';

/** After the three days of history. */
const LIVE_DAYS = 28;
/** As many as the demo's own topic has, if the topic is not there yet. */
const PARTITIONS = 4;

export interface ProduceFleetOptions {
  readonly brokers: readonly string[];
  /** Made if it is not there; it stays. */
  readonly topic: string;
  readonly seed: number;
  readonly incidents: boolean;
}

export interface ProduceFleetView {
  begun(played: PlayedFleet): void;
  pastSent(records: number): void;
}

/**
 * Writes a simulated fleet into a topic for others to read: its past at once, then minute by minute. Rejects with a
 * {@link DemoError} if the brokers can't be used and a {@link DemoInterrupted} when `signal` aborts.
 */
export async function produceFleet(
  { brokers, topic, seed, incidents }: ProduceFleetOptions,
  view: ProduceFleetView,
  signal: AbortSignal,
): Promise<void> {
  const producer = new KafkaProducer(
    { brokers, clientId: 'strayd-demo', tls: null, sasl: null },
    () => undefined,
  );
  try {
    await producer.connect();
    const partitions = await producer.ensureTopic(topic, PARTITIONS);
    const played = fleetOfNow({ seed, incidents, topic, partitions, liveDays: LIVE_DAYS }, Date.now());
    view.begun(played);
    await playFleet(played, {
      send: async (records) => {
        signal.throwIfAborted();
        await producer.send(topic, records);
      },
      pastSent: (records) => view.pastSent(records),
      waitUntil: (timeMs) => sleep(Math.max(0, timeMs - Date.now()), undefined, { signal }),
    });
  } catch (error) {
    if (signal.aborted) throw new DemoInterrupted('The fleet was ended.');
    throw new DemoError(
      `Can't write to topic ${topic} at ${brokers.join(', ')}: ${rootMessage(error)}; is --kafka the address of a broker (host:port) that allows it?`,
      { cause: error },
    );
  } finally {
    await producer.close();
  }
}
