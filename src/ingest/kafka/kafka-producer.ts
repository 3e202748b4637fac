import kafkajs from 'kafkajs';
import type { Kafka, Producer } from 'kafkajs';
import { createKafkaClient, type KafkaConnection, type KafkaLog } from './kafka-client.ts';

/** A record to be written; `timeMs` becomes its timestamp. */
export interface OutgoingRecord {
  /** `null`: by the key, as Kafka's own clients choose it. */
  readonly partition: number | null;
  readonly key: string | null;
  readonly value: string | Uint8Array;
  readonly timeMs: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** True if the brokers will never take it as it is: too large, malformed, or not allowed. */
export function isRefusal(error: unknown): boolean {
  const refusals = [
    'MESSAGE_TOO_LARGE',
    'RECORD_LIST_TOO_LARGE',
    'INVALID_RECORD',
    'TOPIC_AUTHORIZATION_FAILED',
  ];
  if (!(error instanceof Error)) return false;
  if ('type' in error && refusals.includes(String(error.type))) return true;
  return isRefusal(error.cause);
}

/** Writes records to topics, gzip-compressed, each send acknowledged by all in-sync replicas. */
export class KafkaProducer {
  readonly #client: Kafka;
  readonly #producer: Producer;

  constructor(connection: KafkaConnection, log: KafkaLog) {
    this.#client = createKafkaClient(connection, log);
    const createPartitioner = kafkajs.Partitioners.DefaultPartitioner;
    this.#producer = this.#client.producer({ createPartitioner, allowAutoTopicCreation: false });
  }

  /** Throws if no broker answers. */
  async connect(): Promise<void> {
    await this.#producer.connect();
  }

  /**
   * Creates the topic with the broker's default replication if it isn't there, and answers how many partitions it has. It
   * keeps records of any age, because simulated ones may be older than the broker's retention.
   */
  async ensureTopic(topic: string, partitions: number): Promise<number> {
    const admin = this.#client.admin();
    await admin.connect();
    try {
      const configEntries = [{ name: 'retention.ms', value: '-1' }];
      const create = { topic, numPartitions: partitions, configEntries };
      await admin.createTopics({ topics: [create], waitForLeaders: true });
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      return topics[0]?.partitions.length ?? partitions;
    } finally {
      await admin.disconnect();
    }
  }

  /** Deletes the topic with all that is in it; throws if the broker does not allow it. */
  async deleteTopic(topic: string): Promise<void> {
    const admin = this.#client.admin();
    await admin.connect();
    try {
      await admin.deleteTopics({ topics: [topic] });
    } finally {
      await admin.disconnect();
    }
  }

  /** Resolves once the broker has all records, in the given order within each partition. */
  async send(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    const messages = records.map(({ partition, key, value, timeMs, headers }) => ({
      ...(partition === null ? {} : { partition }),
      ...(headers === undefined ? {} : { headers }),
      key,
      value: typeof value === 'string' ? value : Buffer.from(value),
      timestamp: String(timeMs),
    }));
    await this.#producer.send({ topic, messages, compression: kafkajs.CompressionTypes.GZIP });
  }

  async close(): Promise<void> {
    await this.#producer.disconnect();
  }
}
