import { setTimeout as pause } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { DEFAULT_LIMITS } from '../../core/limits.ts';
import type { PartitionMark } from '../../core/records.ts';
import { HandlerSlot } from '../handler-slot.ts';
import type { RecordStream, StreamHandler } from '../record-stream.ts';
import { AlignedBuffers } from './aligned-buffers.ts';
import { committedMark } from './broker-mark.ts';
import type { FormerOwnership } from './awaited-partitions.ts';
import { ConsumerSession, type Membership } from './consumer-session.ts';
import { DeliveryLoop } from './delivery-loop.ts';
import { createKafkaClient, rootMessage, type KafkaConnection, type KafkaLog } from './kafka-client.ts';
import { GroupGuard, type GuardOptions } from './group-guard.ts';
import { PartitionReaders } from './partition-readers.ts';
import { WantedTopics, type KafkaSource } from './wanted-topics.ts';

export interface KafkaStreamOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly sources: readonly KafkaSource[];
  /** Silence at the log's end after which a partition holds nobody back, ms of the clock `nowMs`. */
  readonly idleAfterMs: number;
  readonly nowMs: () => number;
  /** For fetched records that wait for their turn; absent: the default of `limits.batch_memory`. */
  readonly memoryBytes?: number;
  /** How soon new partitions of a topic are noticed; 30 s if left out. */
  readonly metadataMaxAgeMs?: number;
  /** How long the group waits for a member that died; 10 s if left out. */
  readonly sessionTimeoutMs?: number;
  /** What the store has read before: after a restart it is waited for until the group gives it back. */
  readonly former?: FormerOwnership;
  /** Says whether the topics may be shared with other members of the group. */
  readonly guard?: GuardOptions;
  readonly log: KafkaLog;
  /** The handler threw or rejected, which ends the stream. */
  readonly onFailure: (error: unknown) => void;
}

/* Short, because after a kill -9 the next start waits so long for its partitions. */
const SESSION_TIMEOUT_MS = 10_000;
/* A member may die in a rebalance at the end of another's session: it then has a session of its own to come. */
const AWAITED_SESSIONS = 2;
const REBALANCE_MS = 10_000;
const MAX_SLICE_RECORDS = 1_000;
const METADATA_MAX_AGE_MS = 30_000;
/* One answer of a broker stays well within the memory that all that waits may take. */
const MOST_FETCH_BYTES = 10 * 2 ** 20;
const FETCH_SHARE = 1 / 16;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;
const TOPIC_CHECK_MS = 1_000;
const PATTERN_CHECK_MS = 5_000;

/**
 * Reads topics as a member of a consumer group. Each partition starts where the handler says, partitions of a source are
 * read aligned by record time, and the broker's marks move only by `commit`. While the broker is down or a topic missing,
 * `trouble` says so once and it tries again for ever. After `stop`, a last `commit` is still possible until `close`.
 */
export class KafkaRecordStream implements RecordStream {
  readonly #options: KafkaStreamOptions;
  readonly #client: Kafka;
  readonly #membership: Membership;
  readonly #memoryBytes: number;
  readonly #topics: WantedTopics;
  readonly #guard: GroupGuard | null;
  readonly #buffers: AlignedBuffers;
  readonly #loop: DeliveryLoop;
  readonly #stopping = new AbortController();
  readonly #stopped = new Promise<null>((resolve) => {
    this.#stopping.signal.addEventListener('abort', () => resolve(null));
  });
  #session: ConsumerSession | null = null;
  #readers: PartitionReaders | null = null;
  #slot: HandlerSlot | null = null;
  #supervised: Promise<void> = Promise.resolve();
  #hasJoined = false;
  #trouble: string | null = null;
  #report: (message: string | null) => void = () => undefined;

  constructor(options: KafkaStreamOptions) {
    this.#options = options;
    const {
      groupId,
      sessionTimeoutMs = SESSION_TIMEOUT_MS,
      metadataMaxAgeMs = METADATA_MAX_AGE_MS,
    } = options;
    this.#memoryBytes = options.memoryBytes ?? DEFAULT_LIMITS.batchMemoryBytes;
    const fetchBytes = Math.min(MOST_FETCH_BYTES, Math.floor(FETCH_SHARE * this.#memoryBytes));
    const identity = options.guard?.identity ?? null;
    this.#membership = { groupId, sessionTimeoutMs, fetchBytes, metadataMaxAgeMs, identity };
    this.#topics = new WantedTopics(options.sources, options.connection.brokers);
    this.#guard = options.guard === undefined ? null : new GroupGuard(groupId, options.guard);
    this.#client = createKafkaClient(options.connection, options.log);
    const within = new Map(options.sources.map(({ name, alignWithinMs }) => [name, alignWithinMs]));
    this.#buffers = new AlignedBuffers((source) => within.get(source) ?? Infinity, MAX_SLICE_RECORDS);
    this.#loop = new DeliveryLoop(this.#buffers);
  }

  start(handler: StreamHandler): Promise<void> {
    const { groupId, idleAfterMs, nowMs, log, onFailure } = this.#options;
    const slot = new HandlerSlot(handler);
    this.#slot = slot;
    this.#report = (message) => slot.trouble(message);
    return new Promise((resolve) => {
      const onPositioned = (): void => {
        this.#hasJoined = true;
        this.#say(this.#topics.trouble());
        resolve();
      };
      const sourceOf = (topic: string): string => this.#topics.sourceOf(topic);
      const common = { groupId, idleAfterMs, nowMs, log, sourceOf, onPositioned };
      const former = this.#options.former ?? null;
      const awaitMs = AWAITED_SESSIONS * this.#membership.sessionTimeoutMs + REBALANCE_MS;
      const parts = { buffers: this.#buffers, loop: this.#loop, memoryBytes: this.#memoryBytes };
      const readers = new PartitionReaders({ ...common, ...parts, former, awaitMs }, slot);
      this.#readers = readers;
      this.#stopping.signal.addEventListener('abort', () => resolve());
      this.#loop.start(slot, (id) => readers.delivered(id), onFailure);
      this.#supervised = this.#supervise(readers);
    });
  }

  /** Bytes of fetched records that wait for their turn. */
  waitingBytes(): number {
    return this.#buffers.totalBytes();
  }

  /** Marks of partitions that are not held now are left out. Trouble is logged: the next commit makes up for it. */
  async commit(marks: readonly PartitionMark[], owner: string): Promise<void> {
    const held = marks.filter((mark) => this.#readers?.mayCommit(mark, owner) === true);
    if (held.length === 0 || this.#session === null) return;
    try {
      await this.#session.commit(held.map((mark) => committedMark(mark, owner)));
    } catch (error) {
      this.#options.log('warn', `commit of offsets: ${rootMessage(error)}; the next one makes up for it`);
    }
  }

  /** The membership stays as it is: no other member hears of it. */
  exchange(make: () => Promise<StreamHandler>): Promise<void> {
    return new Promise((resolve, reject) => {
      const stopped = (): void => reject(new Error('the reading has ended'));
      if (this.#stopping.signal.aborted) stopped();
      this.#stopping.signal.addEventListener('abort', stopped, { once: true });
      this.#loop.push(async () => {
        this.#stopping.signal.removeEventListener('abort', stopped);
        try {
          this.#slot?.exchange(await make());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        this.#readers?.rewind();
        resolve();
      });
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#readers?.halt();
    await this.#loop.stop();
  }

  /** Leaves the group and closes all connections; call it after `stop` and the last `commit`. */
  async close(): Promise<void> {
    await this.stop();
    await this.#session?.finish();
    await this.#supervised;
  }

  async #supervise(readers: PartitionReaders): Promise<void> {
    let waitMs = FIRST_RETRY_MS;
    while (!this.#stopping.signal.aborted) {
      this.#hasJoined = false;
      await this.#live(readers);
      waitMs = this.#hasJoined ? FIRST_RETRY_MS : Math.min(2 * waitMs, LAST_RETRY_MS);
      await this.#rest(this.#topics.areAllThere ? waitMs : Math.min(waitMs, TOPIC_CHECK_MS));
    }
  }

  /* One session, from connecting to its end; whatever ends it is told as trouble. */
  async #live(readers: PartitionReaders): Promise<void> {
    const session = new ConsumerSession(this.#client, this.#membership, readers);
    this.#session = session;
    readers.attach(session);
    try {
      const present = await this.#orStop(this.#lookForTopics(session));
      if (present === null || present.length === 0) return;
      await this.#orStop(session.run(present));
      const error = await Promise.race([session.ended, this.#topicAppears(session)]);
      if (error !== null) throw error;
    } catch (error) {
      const brokers = this.#options.connection.brokers.join(', ');
      this.#say(`Kafka at ${brokers}: ${rootMessage(error)}; trying again until it answers`);
    } finally {
      readers.attach(null);
      await session.finish();
    }
  }

  /* What can be read now; empty if nothing, which it has told. */
  async #lookForTopics(session: ConsumerSession): Promise<readonly string[]> {
    await session.admin.connect();
    const present = await this.#topics.look(session.admin);
    if (present.length === 0) this.#say(this.#topics.trouble());
    else if (await this.#guard?.refuses(session.admin, present, this.#stopping.signal)) {
      this.#stopping.abort();
      return [];
    }
    return present;
  }

  /* `null` once stopping: a broker that takes the connection and never answers would hold the end for minutes. */
  #orStop<Answer>(asked: Promise<Answer>): Promise<Answer | null> {
    return Promise.race([asked, this.#stopped]);
  }

  /* Resolves when a topic is there that was not, so that the session can begin anew with it. */
  async #topicAppears(session: ConsumerSession): Promise<null> {
    if (this.#topics.areAllThere && !this.#topics.hasPatterns) return new Promise(() => undefined);
    const everyMs = this.#topics.areAllThere ? PATTERN_CHECK_MS : TOPIC_CHECK_MS;
    let isOver = false;
    void session.ended.then(() => {
      isOver = true;
    });
    for (;;) {
      await this.#rest(everyMs);
      if (isOver || this.#stopping.signal.aborted) return new Promise(() => undefined);
      if (await this.#topics.hasAppeared(session.admin).catch(() => false)) return null;
    }
  }

  #say(message: string | null): void {
    if (this.#stopping.signal.aborted || message === this.#trouble) return;
    this.#trouble = message;
    this.#report(message);
  }

  async #rest(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
