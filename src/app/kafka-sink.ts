import type { KafkaChannelConfig } from '../config/config.ts';
import { kafkaAccess } from '../config/kafka-access.ts';
import type { SendOutcome } from '../delivery/channel.ts';
import type { RecordSink, SinkRecord } from '../delivery/kafka-channel.ts';
import { rootMessage } from '../ingest/kafka/kafka-client.ts';
import { isRefusal, KafkaProducer } from '../ingest/kafka/kafka-producer.ts';

/** A topic to write to; connects at the first record, and anew after a connection that could not be had. */
export class KafkaSink implements RecordSink {
  readonly #config: KafkaChannelConfig;
  readonly #clientId: string;
  readonly #nowMs: () => number;
  #producer: Promise<KafkaProducer> | null = null;

  constructor(config: KafkaChannelConfig, clientId: string, nowMs: () => number) {
    this.#config = config;
    this.#clientId = clientId;
    this.#nowMs = nowMs;
  }

  async write({ key, value, headers }: SinkRecord): Promise<SendOutcome> {
    const { topic, brokers } = this.#config;
    try {
      const producer = await (this.#producer ??= this.#connect());
      const record = { partition: null, key, value, headers, timeMs: this.#nowMs() };
      await producer.send(topic, [record]);
      return { ok: true, answer: `the brokers have it in topic ${topic}` };
    } catch (error) {
      const message = `topic ${topic} at ${brokers.join(', ')}: ${rootMessage(error)}`;
      return { ok: false, error: message, retry: !isRefusal(error) };
    }
  }

  async close(): Promise<void> {
    const producer = await this.#producer?.catch(() => null);
    await producer?.close();
  }

  async #connect(): Promise<KafkaProducer> {
    const access = kafkaAccess(this.#config);
    // What goes wrong is told by the channel, once a change.
    const producer = new KafkaProducer({ ...access, clientId: this.#clientId }, () => undefined);
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      this.#producer = null;
      await producer.close().catch(() => undefined);
      throw error;
    }
  }
}
