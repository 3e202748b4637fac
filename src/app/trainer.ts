import type { DetectorSpec } from '../core/detector.ts';
import { formatDuration } from '../core/duration.ts';
import type { TrainingRun } from '../store/training-run-repository.ts';
import type { TrainedModel } from './messages.ts';
import { runInChild, type ChildEnd, type RunningChild } from './run-in-child.ts';
import type { TrainingJob, TrainingMessage, TrainingResult } from './training-messages.ts';

export interface TrainerOptions {
  readonly storePath: string;
  /** Absent: the default of `limits.model_memory`. */
  readonly modelMemoryBytes?: number;
  readonly nowMs: () => number;
  /** `fraction` 0…1. */
  readonly progress: (detector: string, fraction: number, detail: string) => void;
  /** `pid`: of the training process; `null` if it could not be had. `startedMs`: as its run will have it. */
  readonly started: (detector: string, pid: number | null, startedMs: number) => void;
  /** How it ended; `trained` is `null` unless there is a model to put on record. */
  readonly ended: (run: TrainingRun, trained: TrainedModel | null, spec: DetectorSpec) => void;
}

/**
 * Runs trainings in a child process, one at a time: it has a low priority, its memory is freed afterwards, and if it
 * aborts or runs out of memory the old model stays.
 */
export class Trainer {
  readonly #options: TrainerOptions;
  readonly #queue: DetectorSpec[] = [];
  #child: RunningChild | null = null;
  #running: string | null = null;
  #stopping = false;
  /** Why the child was ended, if it was ended from here. */
  #verdict: TrainingResult | null = null;
  #idle: Promise<void> = Promise.resolve();

  constructor(options: TrainerOptions) {
    this.#options = options;
  }

  /** Name of the detector that is being trained. */
  get running(): string | null {
    return this.#running;
  }

  /** Trains a detector as soon as no other training runs; answers false if it is in the queue already, and after `stop`. */
  request(spec: DetectorSpec): boolean {
    if (this.#stopping) return false;
    if (this.#running === spec.name || this.#queue.some(({ name }) => name === spec.name)) return false;
    this.#queue.push(spec);
    this.#next();
    return true;
  }

  /** Ends the detector's run under way, which is then on record as `cancelled`, or takes it from the queue; false if there is none. */
  cancel(detector: string): boolean {
    const at = this.#queue.findIndex(({ name }) => name === detector);
    if (at >= 0) this.#queue.splice(at, 1);
    if (this.#running !== detector) return at >= 0;
    this.#end({ outcome: 'cancelled', detail: `It was cancelled; ${STAYS}`, trained: null });
    return true;
  }

  /** Ends a run under way and forgets those that wait, for good; resolves when the child is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#queue.length = 0;
    this.#end(STOPPED);
    await this.#idle;
  }

  #end(verdict: TrainingResult): void {
    this.#verdict ??= verdict;
    this.#child?.kill();
  }

  #next(): void {
    if (this.#running !== null) return;
    const spec = this.#queue.shift();
    if (spec === undefined) return;
    this.#running = spec.name;
    this.#idle = this.#run(spec);
  }

  async #run(spec: DetectorSpec): Promise<void> {
    const { storePath, modelMemoryBytes, nowMs, ended, progress } = this.#options;
    const startedMs = nowMs();
    const job: TrainingJob = { storePath, spec, seed: spec.model.seed, modelMemoryBytes };
    const result = await this.#fork(job, {
      progress: ({ fraction, detail }) => progress(spec.name, fraction, detail),
      started: (pid) => this.#options.started(spec.name, pid, startedMs),
    });
    const run = {
      detector: spec.name,
      startedMs,
      endedMs: nowMs(),
      outcome: result.outcome,
      detail: result.detail,
    };
    this.#running = null;
    ended(run, result.trained, spec);
    this.#next();
  }

  async #fork(
    job: TrainingJob,
    {
      progress,
      started,
    }: {
      readonly progress: (message: Extract<TrainingMessage, { type: 'progress' }>) => void;
      readonly started: (pid: number | null) => void;
    },
  ): Promise<TrainingResult> {
    const { timeLimitMs, memoryLimitBytes } = job.spec.training;
    const received: { result?: TrainingResult } = {};
    this.#verdict = null;
    const child = runInChild<TrainingMessage>({
      script: './training-process.js',
      job,
      timeLimitMs,
      memoryLimitBytes,
      message: (message) => {
        if (message.type === 'progress') progress(message);
        else received.result = message.result;
      },
    });
    this.#child = child;
    started(child.pid);
    const end = await child.ended;
    this.#child = null;
    return received.result ?? this.#verdict ?? failedBy(end, job.spec);
  }
}

const STAYS = 'the model in use stays.';

const STOPPED: TrainingResult = {
  outcome: 'stopped',
  detail: `strayd stopped before the training was through; ${STAYS}`,
  trained: null,
};

function failedBy(end: ChildEnd, { training }: DetectorSpec): TrainingResult {
  return { outcome: 'failed', detail: `${howOf(end, training)}; ${STAYS}`, trained: null };
}

function howOf(end: ChildEnd, { timeLimitMs }: DetectorSpec['training']): string {
  switch (end.kind) {
    case 'too_long':
      return `It was not through after ${formatDuration(timeLimitMs)} (training.time_limit)`;
    case 'too_much_memory': {
      const taken = `${Math.round(end.bytes / 2 ** 20)} MB`;
      return `Its process took ${taken} of memory, more than training.memory_limit`;
    }
    case 'exited':
      return `The training process ended with ${end.complaint}`;
  }
}
