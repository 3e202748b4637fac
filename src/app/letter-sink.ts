import type { KafkaConnection } from '../config/pipeline-config.ts';
import { rootMessage } from '../ingest/kafka/kafka-client.ts';
import { isRefusal, KafkaProducer, type OutgoingRecord } from '../ingest/kafka/kafka-producer.ts';
import type { LetterSink } from './dead-letter-topic.ts';

/** A topic at the brokers that are read; connects at the first record, and anew after a connection that could not be had. */
export function letterSink(connection: KafkaConnection, topic: string): LetterSink {
  let producer: Promise<KafkaProducer> | null = null;
  const connected = async (): Promise<KafkaProducer> => {
    // What goes wrong is told by the forwarding, once a change.
    const one = new KafkaProducer(connection, () => undefined);
    try {
      await one.connect();
      return one;
    } catch (error) {
      producer = null;
      await one.close().catch(() => undefined);
      throw error;
    }
  };
  return {
    send: async (records: readonly OutgoingRecord[]) => {
      await (await (producer ??= connected())).send(topic, records);
    },
    isRefusal,
    messageOf: rootMessage,
    close: async () => {
      const one = await producer?.catch(() => null);
      await one?.close();
    },
  };
}
