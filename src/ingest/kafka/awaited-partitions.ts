import type { PartitionId } from '../../core/records.ts';
import { storeOf } from './broker-mark.ts';
import { partitionKey, type BrokerPartition } from './broker-state.ts';

/** What a store has read before: its partitions, and the id by which its marks are known. */
export interface FormerOwnership {
  readonly storeId: string;
  readonly partitions: readonly PartitionId[];
}

/**
 * The partitions that this store has read before and that the group has not given back yet. After a kill -9 and a quick
 * restart a dead member may hold them until its session ends; what lies in them belongs to the same steps as what the
 * others bring, so nothing of their source may be read meanwhile. That ends when they come, when another store has
 * committed for them, or after `patienceMs` from the first assignment on.
 */
export class AwaitedPartitions {
  readonly #storeId: string;
  readonly #patienceMs: number;
  readonly #nowMs: () => number;
  /** Those that are not another's, by key. */
  readonly #own: Map<string, PartitionId>;
  #given: ReadonlySet<string> = new Set();
  #deadlineMs = Infinity;

  constructor({ storeId, partitions }: FormerOwnership, patienceMs: number, nowMs: () => number) {
    this.#storeId = storeId;
    this.#patienceMs = patienceMs;
    this.#nowMs = nowMs;
    this.#own = new Map(partitions.map((id) => [partitionKey(id), id]));
  }

  /** A new assignment: what it leaves out is awaited again, what it brings until it has come, see `came`. */
  joined(assigned: ReadonlySet<string>, topics: ReadonlySet<string>): void {
    if (this.#deadlineMs === Infinity) this.#deadlineMs = this.#nowMs() + this.#patienceMs;
    this.#given = new Set([...this.#given].filter((key) => assigned.has(key)));
    for (const [key, { topic }] of this.#own) if (!topics.has(topic)) this.#own.delete(key);
  }

  /** What the broker tells of the partitions: one with another store's mark is awaited no more. */
  told(state: ReadonlyMap<string, BrokerPartition>): void {
    for (const key of this.#own.keys()) {
      const owner = state.get(key)?.mark.owner ?? null;
      if (owner !== null && storeOf(owner) !== this.#storeId) this.#own.delete(key);
    }
  }

  /** All that is assigned has its position. */
  came(assigned: ReadonlySet<string>): void {
    this.#given = assigned;
  }

  /** Those still awaited, none once the time is up. */
  missing(): PartitionId[] {
    return this.#isOverdue() ? [] : this.#withheld();
  }

  /** Those that did not come in time. */
  overdue(): PartitionId[] {
    return this.#isOverdue() ? this.#withheld() : [];
  }

  #isOverdue(): boolean {
    return this.#nowMs() >= this.#deadlineMs;
  }

  #withheld(): PartitionId[] {
    return [...this.#own].filter(([key]) => !this.#given.has(key)).map(([, id]) => id);
  }
}
