import { Worker } from 'node:worker_threads';
import type { FromPipeline, PipelineCall, StartFailure, ToPipeline } from './messages.ts';

type Message<T extends FromPipeline['type']> = Extract<FromPipeline, { readonly type: T }>;

/** What the main thread does with the pipeline thread's messages. */
export interface PipelineListener {
  readonly published: (message: Message<'published'>) => void;
  readonly planned: (message: Message<'planned'>) => void;
  readonly event: (message: Message<'event'>) => void;
  readonly trainingDue: (message: Message<'training_due'>) => void;
  readonly streamEnded: (message: Message<'stream_ended'>) => void;
  readonly refused: (message: Message<'refused'>) => void;
  /** The thread died of a programmer's error: the daemon goes down with it. */
  readonly died: (error: Error) => void;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The pipeline thread can't work with its store: locked, damaged, newer, unwritable. */
export class PipelineNotStarted extends Error {
  readonly code: string | null;

  constructor({ message, code }: StartFailure) {
    super(message);
    this.name = 'PipelineNotStarted';
    this.code = code;
  }
}

/** The main thread's end of the pipeline thread: calls that are answered, and what it publishes. */
export class PipelineThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #started: Promise<void>;
  #settleStart: { resolve: () => void; reject: (error: Error) => void } = {
    resolve: () => undefined,
    reject: () => undefined,
  };
  #nextId = 1;
  #death: Error | null = null;
  #stopping = false;

  constructor(workerData: unknown, listener: PipelineListener) {
    this.#started = new Promise((resolve, reject) => {
      this.#settleStart = { resolve, reject };
    });
    this.#worker = new Worker(new URL('./pipeline-worker.js', import.meta.url), { workerData });
    this.#worker.on('message', (message: FromPipeline) => {
      this.#receive(message, listener);
    });
    this.#worker.on('error', (error: Error) => this.#die(error, listener));
    this.#worker.on('exit', (code) => {
      this.#die(new Error(`The pipeline thread ended with code ${code}.`), listener);
    });
  }

  /** Resolves when the store is open and reading has begun; rejects with `PipelineNotStarted` if the store can't be had. */
  get started(): Promise<void> {
    return this.#started;
  }

  /** Resolves with the thread's answer; rejects with its refusal or if it dies first. */
  call(call: PipelineCall): Promise<unknown> {
    if (this.#death !== null) return Promise.reject(this.#death);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, call } satisfies ToPipeline);
    });
  }

  /** Drains, writes the last checkpoint, closes the store, ends the thread. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.call({ kind: 'stop' });
    await this.#worker.terminate();
  }

  #receive(message: FromPipeline, listener: PipelineListener): void {
    switch (message.type) {
      case 'answer':
        this.#take(message.id)?.resolve(message.value);
        return;
      case 'refusal':
        this.#take(message.id)?.reject(new Error(message.message));
        return;
      case 'ready':
        this.#settleStart.resolve();
        return;
      case 'not_started':
        this.#stopping = true;
        this.#settleStart.reject(new PipelineNotStarted(message.failure));
        return;
      case 'planned':
        listener.planned(message);
        return;
      case 'published':
        listener.published(message);
        return;
      case 'event':
        listener.event(message);
        return;
      case 'refused':
        listener.refused(message);
        return;
      case 'training_due':
        listener.trainingDue(message);
        return;
      case 'stream_ended':
        listener.streamEnded(message);
        return;
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  /** An error of the thread is followed by its exit: only the first is the reason. */
  #die(error: Error, listener: PipelineListener): void {
    if (this.#death !== null) return;
    this.#death = error;
    this.#settleStart.reject(error);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    if (!this.#stopping) listener.died(error);
  }
}
