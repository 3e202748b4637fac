import { setImmediate } from 'node:timers/promises';
import type { PartitionId, RawBatch } from '../../core/records.ts';
import type { RecordStream, StreamHandler } from '../record-stream.ts';
import type { SimulatedFleet } from './simulated-fleet.ts';

const STEPS_PER_TURN = 8;

/** A promise that is settled from outside. */
class Gate {
  resolve: () => void = () => undefined;
  reject: (error: unknown) => void = () => undefined;
  readonly promise = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

/**
 * Serves a simulated fleet as if it came from a topic: its history, then, after `resume()`, the live days, then idle. A
 * handler that wants to go on from an offset gets the same records again from there. Its errors end the serving and
 * come out of `historyServed` and `finished`.
 */
export class SimulatedFleetStream implements RecordStream {
  readonly #fleet: SimulatedFleet;
  readonly #pause: (() => Promise<unknown>) | null;
  readonly #history = new Gate();
  readonly #resumed = new Gate();
  readonly #finished = new Gate();
  readonly #partitions: readonly PartitionId[];
  #handler: StreamHandler | null = null;
  #from: readonly number[] = [];
  #pump: Promise<void> = Promise.resolve();
  /** The last call of the handler, or what exchanges it. */
  #call: Promise<unknown> = Promise.resolve();
  /** Counts handlers: the serving for an older one is void. */
  #generation = 0;
  #exchanged = new Gate();
  #isThrough = false;
  #stopping = false;

  /** `pause` is awaited after each live step, so that people can watch; `null`: as fast as the handler takes them. */
  constructor(fleet: SimulatedFleet, pause: (() => Promise<unknown>) | null = null) {
    this.#fleet = fleet;
    this.#pause = pause;
    const { source, topic, partitions } = fleet.options;
    this.#partitions = Array.from({ length: partitions }, (_, partition) => ({ source, topic, partition }));
    // Either may be left unwatched; the error is not lost as long as one is.
    this.#history.promise.catch(() => undefined);
    this.#finished.promise.catch(() => undefined);
  }

  /** Settles when the handler has taken the last batch of the history, or the stream was stopped before. */
  get historyServed(): Promise<void> {
    return this.#history.promise;
  }

  /** Settles when everything was served or the stream was stopped. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** Lets the live days begin; may be called before the history is through. */
  resume(): void {
    this.#resumed.resolve();
  }

  start(handler: StreamHandler): Promise<void> {
    this.#take(handler);
    this.#pump = this.#serveAll();
    return Promise.resolve();
  }

  /** Begins anew where the new handler wants it to, also after the end. */
  async exchange(make: () => Promise<StreamHandler>): Promise<void> {
    await this.#inTurn(async () => {
      this.#take(await make());
      this.#generation += 1;
      this.#exchanged.resolve();
      this.#exchanged = new Gate();
    });
    if (this.#isThrough && !this.#stopping) this.#pump = this.#serveAll();
  }

  /** There is no broker to tell. */
  commit(): Promise<void> {
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#resumed.resolve();
    await this.#pump;
  }

  #take(handler: StreamHandler): void {
    this.#handler = handler;
    this.#from = this.#partitions.map((id) => handler.assigned(id, { offset: null, owner: null }) ?? 0);
  }

  /** After the call that is under way, be it that it failed. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#call.then(work);
    this.#call = turn.catch(() => undefined);
    return turn;
  }

  async #serveAll(): Promise<void> {
    this.#isThrough = false;
    try {
      let generation: number;
      do {
        generation = this.#generation;
        await this.#serve(generation);
      } while (generation !== this.#generation);
      this.#isThrough = true;
      if (!this.#stopping) for (const id of this.#partitions) this.#handler?.idle(id, true);
      this.#history.resolve();
      this.#finished.resolve();
    } catch (error) {
      this.#history.reject(error);
      this.#finished.reject(error);
    }
  }

  async #serve(generation: number): Promise<void> {
    const isOver = (): boolean => this.#stopping || generation !== this.#generation;
    let live = false;
    let steps = 0;
    for (const step of this.#fleet.steps()) {
      if (step.live && !live) {
        live = true;
        this.#history.resolve();
        await Promise.race([this.#resumed.promise, this.#exchanged.promise]);
      }
      for (const batch of step.batches) {
        if (isOver()) return;
        const wanted = batchFrom(batch, this.#from[batch.partition] ?? 0);
        if (wanted === null) continue;
        await this.#inTurn(() =>
          isOver() ? Promise.resolve() : (this.#handler as StreamHandler).batch(wanted),
        );
      }
      if (live && this.#pause !== null) await this.#pause();
      // A handler that never waits for I/O would else keep timers and sockets of this thread from their turn.
      if (++steps % STEPS_PER_TURN === 0) await setImmediate();
    }
  }
}

function batchFrom(batch: RawBatch, offset: number): RawBatch | null {
  if (batch.firstOffset >= offset) return batch;
  if (batch.nextOffset <= offset) return null;
  return {
    ...batch,
    firstOffset: offset,
    records: batch.records.filter((record) => record.offset >= offset),
  };
}
