import { fork, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { DetectorSpec } from '../core/detector.ts';
import type { TrainingRun } from '../store/training-run-repository.ts';
import type { TrainedModel } from './messages.ts';
import type { TrainingJob, TrainingMessage, TrainingResult } from './training-messages.ts';

/** A run that takes longer is ended: something is wrong with it. */
const MOST_MS = 2 * 3_600_000;
/** Of the child's JavaScript heap; beyond it the child dies and the daemon does not. */
const HEAP_MEGABYTES = 4096;

export interface TrainerOptions {
  readonly storePath: string;
  readonly nowMs: () => number;
  /** `fraction` 0…1. */
  readonly progress: (detector: string, fraction: number, detail: string) => void;
  readonly started: (detector: string) => void;
  /** How it ended; `trained` is `null` unless there is a model to put on record. */
  readonly ended: (run: TrainingRun, trained: TrainedModel | null) => void;
}

/**
 * Runs trainings in a child process, one at a time: it has a low priority, its memory is freed afterwards, and if it
 * aborts or runs out of memory the old model stays.
 */
export class Trainer {
  readonly #options: TrainerOptions;
  readonly #queue: DetectorSpec[] = [];
  #child: ChildProcess | null = null;
  #running: string | null = null;
  #idle: Promise<void> = Promise.resolve();

  constructor(options: TrainerOptions) {
    this.#options = options;
  }

  /** Name of the detector that is being trained. */
  get running(): string | null {
    return this.#running;
  }

  /** Trains a detector as soon as no other training runs; answers false if it is in the queue already. */
  request(spec: DetectorSpec): boolean {
    if (this.#running === spec.name || this.#queue.some(({ name }) => name === spec.name)) return false;
    this.#queue.push(spec);
    this.#next();
    return true;
  }

  /** Ends a run under way and forgets those that wait; resolves when the child is gone. */
  async stop(): Promise<void> {
    this.#queue.length = 0;
    this.#child?.kill('SIGKILL');
    await this.#idle;
  }

  #next(): void {
    if (this.#running !== null) return;
    const spec = this.#queue.shift();
    if (spec === undefined) return;
    this.#running = spec.name;
    this.#idle = this.#run(spec).finally(() => {
      this.#running = null;
      this.#next();
    });
  }

  async #run(spec: DetectorSpec): Promise<void> {
    const { storePath, nowMs, started, ended, progress } = this.#options;
    const startedMs = nowMs();
    started(spec.name);
    const job: TrainingJob = { storePath, spec, seed: spec.model.seed };
    const result = await this.#fork(job, ({ fraction, detail }) => progress(spec.name, fraction, detail));
    const run = {
      detector: spec.name,
      startedMs,
      endedMs: nowMs(),
      outcome: result.outcome,
      detail: result.detail,
    };
    ended(run, result.trained);
  }

  #fork(
    job: TrainingJob,
    progress: (message: Extract<TrainingMessage, { type: 'progress' }>) => void,
  ): Promise<TrainingResult> {
    return new Promise((resolve) => {
      const child = fork(new URL('./training-process.js', import.meta.url), [], {
        execArgv: [`--max-old-space-size=${HEAP_MEGABYTES}`],
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      this.#child = child;
      lowerPriority(child);
      const timer = setTimeout(() => child.kill('SIGKILL'), MOST_MS);
      let complaint = '';
      let result: TrainingResult | null = null;
      child.stderr?.on('data', (chunk: Buffer) => {
        complaint = (complaint + chunk.toString('utf8')).slice(-2000);
      });
      child.on('message', (message: TrainingMessage) => {
        if (message.type === 'progress') progress(message);
        else result = message.result;
      });
      child.once('error', (error) => {
        complaint += error.message;
      });
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        this.#child = null;
        const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
        const detail = `The training process ended with ${how}: ${lastLine(complaint) || 'it said nothing'}; the model in use stays.`;
        resolve(result ?? { outcome: 'failed', detail, trained: null });
      });
      child.send(job);
    });
  }
}

function lowerPriority({ pid }: ChildProcess): void {
  if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
