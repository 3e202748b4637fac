import type { RawRecord } from '../../core/records.ts';
import { recordFingerprint } from '../record-fingerprint.ts';
import type { BrokerMark, StreamHandler } from '../record-stream.ts';
import type { AlignedBuffers } from './aligned-buffers.ts';
import { askBroker } from './ask-broker.ts';
import type { FormerOwnership } from './awaited-partitions.ts';
import { storeOf } from './broker-mark.ts';
import { partitionKey } from './broker-state.ts';
import type { BrokerPartition, TopicPartition } from './broker-state.ts';
import type { ConsumerSession, FetchedBatch, SessionEvents } from './consumer-session.ts';
import type { DeliveryLoop } from './delivery-loop.ts';
import { IdleWatch } from './idle-watch.ts';
import type { KafkaLog } from './kafka-client.ts';
import { isStillOurs, newReader, recordsOf, type PartitionReader } from './partition-reader.ts';
import { ReadingHold } from './reading-hold.ts';

/** What the readers work with; `nowMs` only measures how long a partition has been silent or awaited. */
export interface ReaderOptions {
  readonly groupId: string;
  readonly sourceOf: (topic: string) => string;
  readonly idleAfterMs: number;
  /** What this store has read before, `null` for a new one; its partitions are awaited for so long after a restart. */
  readonly former: FormerOwnership | null;
  readonly awaitMs: number;
  readonly nowMs: () => number;
  readonly log: KafkaLog;
  readonly buffers: AlignedBuffers;
  readonly loop: DeliveryLoop;
  /** For fetched records of all partitions that wait; a partition that has its share waiting is paused. */
  readonly memoryBytes: number;
  /** The partitions of an assignment have their positions. */
  readonly onPositioned: () => void;
}

/** As if the broker knew nothing. */
const UNMARKED: BrokerMark = { offset: null, owner: null };
/* More of one partition makes nothing faster. */
const MOST_WAITING_BYTES = 1_048_576;
/* Reading goes on when so much of a partition's share is left waiting. */
const RESUME_AT = 0.25;

/** Judges what kafkajs brings: which partitions are ours, where each goes on, and which batch is the expected one. */
export class PartitionReaders implements SessionEvents {
  readonly #options: ReaderOptions;
  readonly #handler: StreamHandler;
  readonly #readers = new Map<string, PartitionReader>();
  readonly #idleWatch: IdleWatch;
  readonly #hold: ReadingHold | null;
  #session: ConsumerSession | null = null;
  /* Counts assignments; whatever was under way for an older one is void. */
  #generation = 0;
  #ownStore: string | null = null;
  #isHalted = false;

  constructor(options: ReaderOptions, handler: StreamHandler) {
    this.#options = options;
    this.#handler = handler;
    this.#idleWatch = new IdleWatch({ ...options, handler });
    const { former, awaitMs: patienceMs } = options;
    this.#hold = former === null ? null : new ReadingHold({ ...options, former, patienceMs });
  }

  /** A new session begins, or with `null` the present one is over; partitions keep their positions until the next joins. */
  attach(session: ConsumerSession | null): void {
    this.#generation++;
    this.#session = session;
    this.#hold?.end();
    for (const reader of this.#readers.values()) reader.isReady = false;
  }

  /** No batch is taken any more; what is held stays held, so that it can be committed. */
  halt(): void {
    this.#generation++;
    this.#isHalted = true;
    this.#hold?.end();
    // Those of a session that has not joined yet have nothing to pause, and kafkajs would throw.
    for (const reader of this.#readers.values()) if (reader.isReady) this.#session?.pause(reader.id);
  }

  /** Is the partition ours to commit for? `owner` tells the store that commits. */
  mayCommit(place: TopicPartition, owner: string): boolean {
    this.#ownStore = storeOf(owner);
    return this.#readers.get(partitionKey(place))?.isReady === true;
  }

  /** Asks the handler anew where each held partition goes on: nobody else has had them, so no mark but the store's counts. */
  rewind(): void {
    const { buffers, nowMs, loop } = this.#options;
    for (const reader of this.#readers.values()) {
      reader.expected = this.#handler.assigned(reader.id, UNMARKED) ?? reader.logStart;
      reader.unproved = null;
      reader.quietSinceMs = nowMs();
      buffers.open(reader.key, reader.id, reader.expected);
      // Those that are not ready are positioned by whoever makes them so.
      if (!reader.isReady || this.#isHalted) continue;
      this.#session?.seek(reader.id, reader.expected);
      reader.isPaused = false;
      this.#session?.resume(reader.id);
    }
    loop.wake();
  }

  joined(assigned: readonly TopicPartition[]): void {
    const generation = ++this.#generation;
    const keys = new Set(assigned.map(partitionKey));
    for (const reader of [...this.#readers.values()]) {
      reader.isReady = false;
      if (keys.has(reader.key)) continue;
      this.#drop(reader);
      this.#options.loop.push(() => this.#handler.revoked(reader.id));
    }
    if (this.#session !== null) this.#hold?.joined(this.#session, keys);
    void this.#position(generation, assigned);
  }

  fetched(batch: FetchedBatch): void {
    const reader = this.#readers.get(partitionKey(batch));
    if (this.#isHalted || reader === undefined || !reader.isReady) return;
    if (Number(batch.fetchedOffset) !== (reader.unproved?.offset ?? reader.expected)) {
      this.#mend(reader);
      return;
    }
    if (reader.unproved !== null) {
      this.#prove(reader, recordsOf(batch)[0]);
      return;
    }
    reader.hasRead = true;
    reader.logEnd = Number(batch.highWatermark);
    this.#buffer(reader, recordsOf(batch), Number(batch.lastOffset()) + 1);
  }

  skipped(place: TopicPartition, firstOffset: number, nextOffset: number): void {
    const reader = this.#readers.get(partitionKey(place));
    if (reader?.isReady !== true) return;
    if (reader.unproved !== null) this.#prove(reader, undefined);
    else if (firstOffset >= reader.expected) this.#buffer(reader, [], nextOffset);
  }

  polled(): void {
    const session = this.#session;
    if (session === null) return;
    const generation = this.#generation;
    const isCurrent = (): boolean => generation === this.#generation;
    this.#idleWatch.polled(this.#readers.values(), { session, isCurrent });
  }

  /** The handler is through with some records of the partition. */
  delivered(place: TopicPartition): void {
    const reader = this.#readers.get(partitionKey(place));
    if (this.#isHalted || reader === undefined || !reader.isPaused || !reader.isReady) return;
    if (this.#options.buffers.bytes(reader.key) > RESUME_AT * this.#shareBytes()) return;
    reader.isPaused = false;
    this.#session?.resume(reader.id);
  }

  /* Of each the same, so that the slowest one, for which others wait, is never kept from being read. */
  #shareBytes(): number {
    return Math.min(MOST_WAITING_BYTES, this.#options.memoryBytes / Math.max(1, this.#readers.size));
  }

  #drop(reader: PartitionReader): void {
    this.#readers.delete(reader.key);
    this.#options.buffers.close(reader.key);
  }

  #buffer(reader: PartitionReader, records: readonly RawRecord[], nextOffset: number): void {
    const { buffers, loop, nowMs } = this.#options;
    this.#idleWatch.wake(reader);
    buffers.add(reader.key, { records, nextOffset, highWatermark: reader.logEnd, lostFrom: null });
    reader.expected = nextOffset;
    reader.quietSinceMs = nowMs();
    if (buffers.bytes(reader.key) >= this.#shareBytes()) {
      reader.isPaused = true;
      this.#session?.pause(reader.id);
    }
    loop.wake();
  }

  /* Is it the record that was read? If compaction took it, or it is too large to be unpacked, nobody can say; then reading goes on as if it was. */
  #prove(reader: PartitionReader, found: RawRecord | undefined): void {
    const { unproved } = reader;
    const isThere = found?.isTooLarge !== true && found?.offset === unproved?.offset;
    if (found !== undefined && isThere && recordFingerprint(found) !== unproved?.fingerprint)
      this.#startAnew(reader);
    reader.unproved = null;
    this.#session?.seek(reader.id, reader.expected);
  }

  /* The log is another one than the one that was read: from its beginning. */
  #startAnew(reader: PartitionReader): void {
    const { buffers, loop } = this.#options;
    const lastRead = reader.unproved?.offset ?? reader.expected;
    const { id, key, logStart } = reader;
    reader.unproved = null;
    reader.expected = logStart;
    buffers.open(key, id, logStart);
    loop.push(() => this.#handler.replaced(id, lastRead, logStart));
  }

  /* kafkajs is elsewhere: after an offset out of range, or by a race of its own. */
  #mend(reader: PartitionReader): void {
    reader.isReady = false;
    this.#session?.pause(reader.id);
    void this.#position(this.#generation, [reader.id]);
  }

  async #position(generation: number, places: readonly TopicPartition[]): Promise<void> {
    const { groupId, loop, log, onPositioned } = this.#options;
    const session = (): ConsumerSession | null => (generation === this.#generation ? this.#session : null);
    const topics = (): readonly string[] => this.#hold?.topics() ?? [];
    const answer = await askBroker({ groupId, places, topics, session, log });
    if (answer === null) return;
    this.#hold?.told(answer.state);
    loop.push(() => {
      if (generation !== this.#generation) return;
      for (const { place, broker } of answer.told) this.#assign(place, broker);
      this.#release();
      onPositioned();
    });
  }

  /* Reading may go on when the last partition of the assignment has its position, be it that one was only mended. */
  #release(): void {
    const readers = [...this.#readers.values()];
    if (this.#session === null || !readers.every(({ isReady }) => isReady)) return;
    this.#hold?.positioned(this.#session, new Set(readers.map(({ key }) => key)));
  }

  #assign(place: TopicPartition, { mark, low, high }: BrokerPartition): void {
    const { topic, partition } = place;
    const key = partitionKey(place);
    const known = this.#readers.get(key);
    if (known !== undefined && isStillOurs(known, mark, this.#ownStore)) {
      this.#start(known, low, high);
      return;
    }
    if (known !== undefined) {
      this.#drop(known);
      this.#handler.revoked(known.id);
    }
    const id = { source: this.#options.sourceOf(topic), topic, partition };
    const expected = this.#handler.assigned(id, mark) ?? low;
    const reader = newReader(id, mark, { expected, lastRead: this.#handler.lastRead(id) });
    this.#readers.set(key, reader);
    this.#options.buffers.open(key, id, expected);
    this.#start(reader, low, high);
  }

  #start(reader: PartitionReader, low: number, high: number): void {
    const { buffers, nowMs, loop } = this.#options;
    const lostFrom = reader.expected;
    reader.logStart = low;
    reader.logEnd = high;
    if (lostFrom < low || lostFrom > high) {
      buffers.add(reader.key, { records: [], nextOffset: low, highWatermark: high, lostFrom });
      reader.expected = low;
      reader.unproved = null;
    } else if (reader.unproved !== null && reader.unproved.offset >= high) this.#startAnew(reader);
    // What retention has deleted proves nothing.
    else if (reader.unproved !== null && reader.unproved.offset < low) reader.unproved = null;
    reader.isReady = true;
    reader.quietSinceMs = nowMs();
    this.#session?.seek(reader.id, reader.unproved?.offset ?? reader.expected);
    reader.isPaused = buffers.bytes(reader.key) > RESUME_AT * this.#shareBytes();
    if (!reader.isPaused) this.#session?.resume(reader.id);
    loop.wake();
  }
}
