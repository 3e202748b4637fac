import type { PartitionId, RawBatch, RecordPrint } from '../core/records.ts';
import type { BrokerMark, StreamHandler } from './record-stream.ts';

/** Passes a stream's calls on to the handler of the moment, so that another one can take its place. */
export class HandlerSlot implements StreamHandler {
  #handler: StreamHandler;

  constructor(handler: StreamHandler) {
    this.#handler = handler;
  }

  /** From now on all calls are `handler`'s. */
  exchange(handler: StreamHandler): void {
    this.#handler = handler;
  }

  assigned(partition: PartitionId, mark: BrokerMark): number | null {
    return this.#handler.assigned(partition, mark);
  }

  lastRead(partition: PartitionId): RecordPrint | null {
    return this.#handler.lastRead(partition);
  }

  revoked(partition: PartitionId): void {
    this.#handler.revoked(partition);
  }

  batch(batch: RawBatch): Promise<void> {
    return this.#handler.batch(batch);
  }

  idle(partition: PartitionId, idle: boolean): void {
    this.#handler.idle(partition, idle);
  }

  offsetLost(partition: PartitionId, expected: number, restartedAt: number): void {
    this.#handler.offsetLost(partition, expected, restartedAt);
  }

  replaced(partition: PartitionId, lastRead: number, restartedAt: number): void {
    this.#handler.replaced(partition, lastRead, restartedAt);
  }

  trouble(message: string | null): void {
    this.#handler.trouble(message);
  }
}
