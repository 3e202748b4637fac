import { setTimeout as pause } from 'node:timers/promises';
import type { Admin, Batch, Consumer, Kafka } from 'kafkajs';
import type { CommittedMark } from './broker-mark.ts';
import type { TopicPartition } from './broker-state.ts';
import { identifyingAssigner, type MemberIdentity } from './group-members.ts';

/** A fetched batch together with the offset that was asked for, which kafkajs' types leave out. */
export type FetchedBatch = Batch & { readonly fetchedOffset: string };

/**
 * `sessionTimeoutMs`: how long a dead member keeps its partitions; the broker allows 6 s to 30 min. `fetchBytes`: most
 * bytes of one answer of a broker. `metadataMaxAgeMs`: how soon a new partition is noticed.
 */
export interface Membership {
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly fetchBytes: number;
  readonly metadataMaxAgeMs: number;
  /** What the member tells the group of itself. */
  readonly identity: MemberIdentity | null;
}

/** What a session tells of. None of these may throw; `joined` must take its decisions before it returns. */
export interface SessionEvents {
  joined(assigned: readonly TopicPartition[]): void;
  fetched(batch: FetchedBatch): void;
  /** Only control or compacted records lay before `nextOffset`. */
  skipped(place: TopicPartition, firstOffset: number, nextOffset: number): void;
  /** A fetch came back, with records or without. */
  polled(): void;
}

const MAX_WAIT_MS = 250;
/* A member learns of a rebalance by its next heartbeat, so this is how long a handover takes. */
const HEARTBEAT_MS = 1_000;
const MAX_BYTES_PER_PARTITION = 524_288;
/* kafkajs waits for every answer still owed, for half a minute each; leaving a group that rebalances takes up to 8 s. */
const FINISH_WITHIN_MS = 10_000;

/** One life of a kafkajs consumer, from connecting to its crash or end. Offsets are never committed by themselves. */
export class ConsumerSession {
  readonly admin: Admin;
  /** What it reads, once it runs. */
  topics: ReadonlySet<string> = new Set();
  readonly #consumer: Consumer;
  readonly #events: SessionEvents;
  #end: (error: Error | null) => void = () => undefined;
  /** Resolves with the error of a crash, or `null` after `finish`. */
  readonly ended: Promise<Error | null>;

  constructor(client: Kafka, membership: Membership, events: SessionEvents) {
    const { groupId, sessionTimeoutMs, fetchBytes, metadataMaxAgeMs, identity } = membership;
    this.admin = client.admin({ retry: { retries: 1 } });
    this.#consumer = client.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.min(HEARTBEAT_MS, sessionTimeoutMs / 4),
      maxWaitTimeInMs: MAX_WAIT_MS,
      maxBytes: fetchBytes,
      maxBytesPerPartition: Math.min(MAX_BYTES_PER_PARTITION, fetchBytes),
      metadataMaxAge: metadataMaxAgeMs,
      allowAutoTopicCreation: false,
      ...(identity !== null && { partitionAssigners: [identifyingAssigner(identity)] }),
      retry: { retries: 4, restartOnFailure: () => Promise.resolve(false) },
    });
    this.#events = events;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Joins the group and starts reading; what is assigned comes paused, see `start`. */
  async run(topics: readonly string[]): Promise<void> {
    this.topics = new Set(topics);
    const consumer = this.#consumer;
    const { GROUP_JOIN, FETCH, CRASH, START_BATCH_PROCESS } = consumer.events;
    consumer.on(CRASH, ({ payload }) => this.#end(payload.error));
    consumer.on(FETCH, () => this.#events.polled());
    consumer.on(GROUP_JOIN, ({ payload }) => this.#join(payload.memberAssignment));
    consumer.on(START_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize > 0) return;
      const last = Number(payload.lastOffset);
      const first = (payload.firstOffset as string | null) ?? last;
      this.#events.skipped({ topic: payload.topic, partition: payload.partition }, Number(first), last + 1);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        this.#events.fetched(batch as FetchedBatch);
        return Promise.resolve();
      },
    });
  }

  /* Fetching goes on right after this event: pausing in it keeps kafkajs from starting at the committed offset. */
  #join(memberAssignment: Record<string, number[]>): void {
    const assigned = Object.entries(memberAssignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    for (const place of assigned) this.pause(place);
    this.#events.joined(assigned);
  }

  pause({ topic, partition }: TopicPartition): void {
    this.#consumer.pause([{ topic, partitions: [partition] }]);
  }

  resume({ topic, partition }: TopicPartition): void {
    this.#consumer.resume([{ topic, partitions: [partition] }]);
  }

  /** Reads the partition from `offset` on; drops what is being fetched of it. */
  seek({ topic, partition }: TopicPartition, offset: number): void {
    this.#consumer.seek({ topic, partition, offset: String(offset) });
  }

  /** Commits offsets with metadata. Throws while the group rebalances or the coordinator is away. */
  async commit(marks: readonly CommittedMark[]): Promise<void> {
    await this.#consumer.commitOffsets([...marks]);
  }

  /** Ends the session: `ended` resolves, the group is left and all connections are closed, within ten seconds. Never throws. */
  async finish(): Promise<void> {
    this.#end(null);
    const left = Promise.allSettled([this.#consumer.disconnect(), this.admin.disconnect()]);
    await Promise.race([left, pause(FINISH_WITHIN_MS, undefined, { ref: false })]);
  }
}
