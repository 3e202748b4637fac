import { randomUUID } from 'node:crypto';
import type { Consumer, Kafka } from 'kafkajs';
import type { RawRecord } from '../../core/records.ts';
import { partitionKey, type TopicPartition } from './broker-state.ts';
import { rootMessage } from './kafka-client.ts';
import { recordsOf } from './partition-reader.ts';
import type { FetchedBatch } from './consumer-session.ts';

/** Offsets [from, to) of one partition. */
export interface LogRange extends TopicPartition {
  readonly from: number;
  readonly to: number;
}

/** Some records of a range, in order; a range comes in many of them. */
export interface RangePart extends TopicPartition {
  readonly records: readonly RawRecord[];
}

/** How one reading ends before it is through. */
export interface ReadingBounds {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Asked after each part: true ends the reading. */
  readonly isEnough?: () => boolean;
}

const MAX_WAIT_MS = 100;

interface Reading {
  readonly left: Map<string, { next: number; readonly to: number }>;
  readonly take: (part: RangePart) => void;
  readonly end: (isThrough: boolean) => void;
  readonly bounds: ReadingBounds;
}

/**
 * Reads ranges of partitions one set after the other, in one membership of a group that nobody else has and that is deleted in the end: nothing of
 * the real group is touched. Topics are given once; at most one range a partition and reading.
 */
export class RangeReader {
  readonly #client: Kafka;
  readonly #consumer: Consumer;
  readonly #groupId: string;
  readonly #topics: readonly string[];
  #assigned: readonly TopicPartition[] | null = null;
  #reading: Reading | null = null;
  #crash: Error | null = null;
  #isRunning = false;

  /** The group's name begins with `stem`. */
  constructor(client: Kafka, stem: string, topics: readonly string[]) {
    this.#client = client;
    this.#topics = topics;
    this.#groupId = `${stem}-${randomUUID().slice(0, 8)}`;
    this.#consumer = client.consumer({
      groupId: this.#groupId,
      maxWaitTimeInMs: MAX_WAIT_MS,
      allowAutoTopicCreation: false,
    });
  }

  /** Answers whether all ranges were read to their ends. Rejects if the brokers stop answering. */
  async read(
    ranges: readonly LogRange[],
    take: (part: RangePart) => void,
    bounds: ReadingBounds,
  ): Promise<boolean> {
    const wanted = ranges.filter(({ from, to }) => to > from);
    if (wanted.length === 0) return true;
    this.#throwCrash();
    let timer: NodeJS.Timeout | undefined;
    let onAbort = (): void => undefined;
    const ended = new Promise<boolean>((resolve) => {
      const left = new Map(wanted.map((one) => [partitionKey(one), { next: one.from, to: one.to }]));
      this.#reading = { left, take, end: resolve, bounds };
      timer = setTimeout(() => resolve(false), bounds.timeoutMs);
      onAbort = () => resolve(false);
      bounds.signal?.addEventListener('abort', onAbort);
    });
    try {
      if (bounds.signal?.aborted === true) return false;
      if (this.#isRunning) this.#position();
      else await this.#run();
      const isThrough = await ended;
      this.#throwCrash();
      return isThrough;
    } finally {
      clearTimeout(timer);
      bounds.signal?.removeEventListener('abort', onAbort);
      this.#reading = null;
      for (const place of this.#assigned ?? []) this.#pause(place);
    }
  }

  /** Leaves and deletes the group. Never rejects. */
  async close(): Promise<void> {
    await this.#consumer.disconnect().catch(() => undefined);
    if (!this.#isRunning) return;
    const admin = this.#client.admin({ retry: { retries: 1 } });
    await admin
      .connect()
      .then(() => admin.deleteGroups([this.#groupId]))
      .catch(() => undefined);
    await admin.disconnect().catch(() => undefined);
  }

  async #run(): Promise<void> {
    const consumer = this.#consumer;
    const { GROUP_JOIN, CRASH, START_BATCH_PROCESS } = consumer.events;
    // What passes (a coordinator that is loading, say) kafkajs tries again, and joins anew.
    consumer.on(CRASH, ({ payload }) => {
      if (!payload.restart) this.#fail(payload.error);
    });
    consumer.on(GROUP_JOIN, ({ payload }) => {
      this.#assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      this.#position();
    });
    // Control and compacted records alone are no batch, but they may be all that is left of a range.
    consumer.on(START_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) this.#advance(payload, Number(payload.lastOffset) + 1);
    });
    this.#isRunning = true;
    await consumer.connect();
    // A fetch before the first seek then begins at or before every range: at the log's end it would say that all was read.
    await consumer.subscribe({ topics: [...this.#topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        this.#fetched(batch as FetchedBatch);
        return Promise.resolve();
      },
    });
  }

  #throwCrash(): void {
    if (this.#crash !== null) throw this.#crash;
  }

  #fail(error: Error): void {
    this.#crash ??= new Error(rootMessage(error), { cause: error });
    this.#reading?.end(false);
  }

  /* What is not wanted now is paused, so that only ranges cross the wire. */
  #position(): void {
    for (const place of this.#assigned ?? []) {
      const range = this.#reading?.left.get(partitionKey(place));
      if (range === undefined) this.#pause(place);
      else {
        this.#consumer.seek({ ...place, offset: String(range.next) });
        this.#consumer.resume([{ topic: place.topic, partitions: [place.partition] }]);
      }
    }
  }

  #pause({ topic, partition }: TopicPartition): void {
    this.#consumer.pause([{ topic, partitions: [partition] }]);
  }

  #fetched(batch: FetchedBatch): void {
    const reading = this.#reading;
    const range = reading?.left.get(partitionKey(batch));
    if (reading === null || range === undefined) return;
    // A batch fetched before the last seek may still come in.
    if (Number(batch.fetchedOffset) > range.next) return;
    const records = recordsOf(batch).filter(({ offset }) => offset >= range.next && offset < range.to);
    if (records.length > 0) reading.take({ topic: batch.topic, partition: batch.partition, records });
    this.#advance(batch, Number(batch.lastOffset()) + 1);
    if (this.#reading === reading && reading.bounds.isEnough?.() === true) reading.end(false);
  }

  #advance(place: TopicPartition, next: number): void {
    const { left, end } = this.#reading ?? {};
    const range = left?.get(partitionKey(place));
    if (left === undefined || range === undefined) return;
    range.next = Math.max(range.next, next);
    if (range.next < range.to) return;
    left.delete(partitionKey(place));
    this.#pause(place);
    if (left.size === 0) end?.(true);
  }
}
