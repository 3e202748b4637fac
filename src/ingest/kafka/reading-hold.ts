import { setTimeout as pause } from 'node:timers/promises';
import type { PartitionId } from '../../core/records.ts';
import type { AlignedBuffers } from './aligned-buffers.ts';
import { AwaitedPartitions, type FormerOwnership } from './awaited-partitions.ts';
import { brokerState, partitionKey, type BrokerPartition } from './broker-state.ts';
import type { ConsumerSession } from './consumer-session.ts';
import type { DeliveryLoop } from './delivery-loop.ts';
import type { KafkaLog } from './kafka-client.ts';

/** What the hold works with. */
export interface HoldOptions {
  readonly former: FormerOwnership;
  readonly groupId: string;
  /** How long partitions are awaited at most, ms of the clock `nowMs`, from the first assignment on. */
  readonly patienceMs: number;
  readonly nowMs: () => number;
  readonly log: KafkaLog;
  readonly buffers: AlignedBuffers;
  readonly loop: DeliveryLoop;
}

const LOOK_MS = 500;

const names = (partitions: readonly PartitionId[]): string => partitions.map(partitionKey).join(', ');

/** Keeps sources from being read as long as partitions of them are awaited; see `AwaitedPartitions`. */
export class ReadingHold {
  readonly #options: HoldOptions;
  readonly #awaited: AwaitedPartitions;
  /* Counts assignments: what was being looked after for an older one is void. */
  #lookId = 0;
  #isOver = false;
  #said = '';

  constructor(options: HoldOptions) {
    this.#options = options;
    const { former, patienceMs, nowMs } = options;
    this.#awaited = new AwaitedPartitions(former, patienceMs, nowMs);
  }

  /** Topics of which the broker's marks are to be told. */
  topics(): string[] {
    return [...new Set(this.#awaited.missing().map(({ topic }) => topic))];
  }

  /** To be called at each assignment, before anything of it is read. */
  joined(session: ConsumerSession, assigned: ReadonlySet<string>): void {
    this.end();
    this.#awaited.joined(assigned, session.topics);
    this.#settle();
  }

  /** What the broker tells of the partitions of some topics. */
  told(state: ReadonlyMap<string, BrokerPartition>): void {
    this.#awaited.told(state);
    this.#settle();
  }

  /** All partitions of the assignment have their positions. */
  positioned(session: ConsumerSession, assigned: ReadonlySet<string>): void {
    this.#awaited.came(assigned);
    this.#settle();
    const missing = names(this.#awaited.missing());
    if (missing !== '' && missing !== this.#said) {
      const why = 'a member that died keeps its partitions until its session ends';
      const message = `waiting for ${missing}, which this store has read before: ${why}`;
      this.#options.log('info', message);
    }
    this.#said = missing;
    void this.#look(session);
  }

  /** The assignment is over. */
  end(): void {
    this.#lookId++;
  }

  /* Other members' marks and the end of patience come without an event. */
  async #look(session: ConsumerSession): Promise<void> {
    const id = this.#lookId;
    while (this.#awaited.missing().length > 0) {
      await pause(LOOK_MS, undefined, { ref: false });
      // While the broker is away nothing new is learned, and the session will end by itself.
      const state = await brokerState(session.admin, this.#options.groupId, this.topics()).catch(() => null);
      if (id !== this.#lookId) return;
      if (state !== null) this.told(state);
    }
    this.#settle();
    const overdue = this.#awaited.overdue();
    if (overdue.length === 0 || this.#isOver) return;
    this.#isOver = true;
    const seconds = Math.round(this.#options.patienceMs / 1000);
    const message = `the group has kept ${names(overdue)} back for ${seconds} s; reading goes on without them`;
    this.#options.log('warn', `${message}, and what they hold of steps that close meanwhile will be late`);
  }

  #settle(): void {
    const { buffers, loop } = this.#options;
    buffers.hold(new Set(this.#awaited.missing().map(({ source }) => source)));
    loop.wake();
  }
}
