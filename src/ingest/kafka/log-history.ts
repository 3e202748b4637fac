import type { Admin } from 'kafkajs';
import { logRanges, partitionKey, type TopicPartition } from './broker-state.ts';
import { createKafkaClient, rootMessage, type KafkaConnection, type KafkaLog } from './kafka-client.ts';
import { RangeReader, type LogRange, type RangePart, type ReadingBounds } from './range-reader.ts';

/** What reads the logs: a group of its own, whose name begins with `groupId`. */
export interface LogHistoryOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly log: KafkaLog;
}

/** Times of the oldest and the newest record of some logs, ms. */
export interface LogSpan {
  readonly oldestMs: number;
  readonly newestMs: number;
}

const LOOK_TIMEOUT_MS = 30_000;
/** The last offsets may belong to markers of transactions. */
const NEWEST_RECORDS = 5;

/** The history that some topics retain, to be read back by record time. Nothing of the real group is touched. */
export class LogHistory {
  readonly #admin: Admin;
  readonly #reader: RangeReader;
  /** Of those asked for, the topics that exist. */
  readonly topics: readonly string[];

  private constructor(admin: Admin, reader: RangeReader, topics: readonly string[]) {
    this.#admin = admin;
    this.#reader = reader;
    this.topics = topics;
  }

  /** Rejects if the brokers can't be reached. */
  static async open({ connection, groupId, topics, log }: LogHistoryOptions): Promise<LogHistory> {
    const client = createKafkaClient(connection, log);
    const admin = client.admin({ retry: { retries: 1 } });
    try {
      await admin.connect();
      const all = await admin.listTopics();
      const there = topics.filter((topic) => all.includes(topic));
      return new LogHistory(admin, new RangeReader(client, `${groupId}-history`, there), there);
    } catch (error) {
      await admin.disconnect().catch(() => undefined);
      throw new Error(rootMessage(error), { cause: error });
    }
  }

  /** From when to when records were written; `null` if there are none. */
  async span(): Promise<LogSpan | null> {
    const oldest: LogRange[] = [];
    const newest: LogRange[] = [];
    for (const topic of this.topics) {
      for (const [partition, { low, high }] of await logRanges(this.#admin, topic)) {
        oldest.push({ topic, partition, from: low, to: Math.min(high, low + 1) });
        newest.push({ topic, partition, from: Math.max(low, high - NEWEST_RECORDS), to: high });
      }
    }
    const times: number[] = [];
    const take = ({ records }: RangePart): void => void times.push(...records.map(({ timeMs }) => timeMs));
    await this.#reader.read(oldest, take, { timeoutMs: LOOK_TIMEOUT_MS });
    await this.#reader.read(newest, take, { timeoutMs: LOOK_TIMEOUT_MS });
    return times.length === 0 ? null : { oldestMs: Math.min(...times), newestMs: Math.max(...times) };
  }

  /** Of each partition the first offset with a record of that time or later; the log's end if there is none. */
  async offsetsAt(timeMs: number): Promise<(TopicPartition & { readonly offset: number })[]> {
    const offsets = [];
    for (const topic of this.topics) {
      for (const { partition, offset } of await this.#admin.fetchTopicOffsetsByTimestamp(
        topic,
        Math.floor(timeMs),
      )) {
        offsets.push({ topic, partition, offset: Number(offset) });
      }
    }
    return offsets.sort((a, b) => (partitionKey(a) < partitionKey(b) ? -1 : 1));
  }

  /** As `RangeReader.read`. */
  read(
    ranges: readonly LogRange[],
    take: (part: RangePart) => void,
    bounds: ReadingBounds,
  ): Promise<boolean> {
    return this.#reader.read(ranges, take, bounds);
  }

  async close(): Promise<void> {
    await this.#reader.close();
    await this.#admin.disconnect().catch(() => undefined);
  }
}
