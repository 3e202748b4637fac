import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PartitionId } from '../../core/records.ts';
import type { StreamHandler } from '../record-stream.ts';
import type { AlignedBuffers } from './aligned-buffers.ts';

/** Makes all calls of the stream's handler one after another: news of partitions first, then records, oldest first. */
export class DeliveryLoop {
  readonly #buffers: AlignedBuffers;
  readonly #tasks: (() => unknown)[] = [];
  #isStopped = false;
  #wake: () => void = () => undefined;
  #done: Promise<void> = Promise.resolve();

  constructor(buffers: AlignedBuffers) {
    this.#buffers = buffers;
  }

  /** Starts; `afterSlice` is called when the handler is through with records of a partition. */
  start(
    handler: StreamHandler,
    afterSlice: (id: PartitionId) => void,
    onFailure: (error: unknown) => void,
  ): void {
    this.#done = this.#run(handler, afterSlice).catch(onFailure);
  }

  /** Runs `task` between two batches, and makes no other call until it is through. */
  push(task: () => unknown): void {
    this.#tasks.push(task);
    this.#wake();
  }

  /** Looks into the buffers again. */
  wake(): void {
    this.#wake();
  }

  /** Resolves when no handler call is under way any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake();
    await this.#done;
  }

  async #run(handler: StreamHandler, afterSlice: (id: PartitionId) => void): Promise<void> {
    while (!this.#isStopped) {
      const task = this.#tasks.shift();
      if (task !== undefined) {
        await task();
        continue;
      }
      const slice = this.#buffers.take();
      if (slice === null) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const { batch, lostFrom } = slice;
      const { source, topic, partition } = batch;
      if (lostFrom === null) await handler.batch(batch);
      else handler.offsetLost({ source, topic, partition }, lostFrom, batch.nextOffset);
      afterSlice(batch);
      // A handler that never waits would keep the sockets from being read.
      await nextTurn();
    }
  }
}
