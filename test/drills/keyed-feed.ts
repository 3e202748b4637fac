import { produce, type TestRecord } from '../support/kafka.ts';
import { STEP_MS } from './drill-fleet.ts';
import { LIVE_FROM_STEP } from './trained-store.ts';

/** Writes the live part to a topic of two partitions bit by bit. */
export class KeyedFeed {
  readonly topic: string;
  readonly #brokers: readonly string[];
  /** What is still to come, by partition. */
  readonly #queues: readonly TestRecord[][];
  readonly #ends = [0, 0];

  constructor(brokers: readonly string[], topic: string, records: readonly TestRecord[]) {
    this.topic = topic;
    this.#brokers = brokers;
    this.#queues = [0, 1].map((partition) => records.filter((record) => record.partition === partition));
  }

  /** All records of the first so many steps of the live part. */
  async sendUntil(steps: number): Promise<void> {
    const untilMs = (LIVE_FROM_STEP + steps) * STEP_MS;
    await this.#send((queue) => queue.filter(({ timeMs }) => timeMs < untilMs).length);
  }

  /** So many records more of each partition. */
  async sendSome(count: number): Promise<void> {
    await this.#send(() => count);
  }

  /** The log's end in a partition. */
  end(partition: number): number {
    return this.#ends[partition] ?? 0;
  }

  async #send(countOf: (queue: readonly TestRecord[]) => number): Promise<void> {
    const records = this.#queues.flatMap((queue) => queue.splice(0, countOf(queue)));
    for (const { partition } of records) this.#ends[partition] = this.end(partition) + 1;
    await produce(this.#brokers, this.topic, records);
  }
}
