import type { PartitionId, PartitionMark, RawBatch, RecordPrint } from '../core/records.ts';

/** What another member of the group, an operator or nobody left at the broker for a partition. */
export interface BrokerMark {
  /** Committed offset, `null` if none. */
  readonly offset: number | null;
  /** `storeId:sequence` of the strayd that committed it; `null` for an operator's reset. */
  readonly owner: string | null;
  /** Of another owner: the first event time, ms, from which on steps are left to be given out. */
  readonly wholeFromMs?: number;
}

export interface StreamHandler {
  /** A partition was assigned: answers the offset to read from, `null` = the earliest there is. */
  assigned(partition: PartitionId, mark: BrokerMark): number | null;
  /** Asked after `assigned`: the record read last, `null` if unknown. If another stands there, the log is another one. */
  lastRead(partition: PartitionId): RecordPrint | null;
  revoked(partition: PartitionId): void;
  /** Consecutive records. Reading goes on when the promise resolves: that is the back-pressure. */
  batch(batch: RawBatch): Promise<void>;
  /** No record for a while at the log's end, or one again. */
  idle(partition: PartitionId, idle: boolean): void;
  /** The stored offset is gone (retention) or beyond the log's end (recreated topic); reading went to `restartedAt`. */
  offsetLost(partition: PartitionId, expected: number, restartedAt: number): void;
  /** The log was made anew: the record at offset `lastRead` is not the one that was read; reading went to `restartedAt`. */
  replaced(partition: PartitionId, lastRead: number, restartedAt: number): void;
  /** Connection trouble or recovery, once per change; `null` = well again. */
  trouble(message: string | null): void;
}

/** A source of record batches: Kafka, a file, or the simulated fleet. */
export interface RecordStream {
  /** Resolves once joined; retries with backoff while the broker is down. */
  start(handler: StreamHandler): Promise<void>;
  /** Tells the broker where another store would go on; called after the transaction, never before. */
  commit(marks: readonly PartitionMark[], owner: string): Promise<void>;
  /** Bytes that are fetched and wait for their turn, where it fetches ahead. */
  waitingBytes?(): number;
  /** Stops reading; resolves when no handler call is under way any more. A last `commit` may follow. */
  stop(): Promise<void>;
  /**
   * Makes no call of the handler while `make` is under way, then goes on with the handler that it made: that one is asked anew where each
   * held partition goes on. Rejects with what `make` rejects with, and goes on with the former handler as if nothing had been. Between
   * `start` and `stop` only.
   */
  exchange?(make: () => Promise<StreamHandler>): Promise<void>;
  /** Lets go of connections and group membership, where there are any; after `stop` and the last `commit`. */
  close?(): Promise<void>;
}
