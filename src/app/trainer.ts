import { fork, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { DetectorSpec } from '../core/detector.ts';
import { formatDuration } from '../core/duration.ts';
import type { TrainingRun } from '../store/training-run-repository.ts';
import type { TrainedModel } from './messages.ts';
import { residentMemory } from './resident-memory.ts';
import type { TrainingJob, TrainingMessage, TrainingResult } from './training-messages.ts';

/** How often the process's memory is looked at: wasm's is outside of the heap that V8 bounds. */
const WATCH_MS = 500;
/** So much of what a child that died has said is looked at; what it died of comes first. */
const COMPLAINT_LENGTH = 4000;

export interface TrainerOptions {
  readonly storePath: string;
  readonly nowMs: () => number;
  /** `fraction` 0…1. */
  readonly progress: (detector: string, fraction: number, detail: string) => void;
  /** `pid`: of the training process; `null` if it could not be had. */
  readonly started: (detector: string, pid: number | null) => void;
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
    this.#child?.kill('SIGKILL');
  }

  #next(): void {
    if (this.#running !== null) return;
    const spec = this.#queue.shift();
    if (spec === undefined) return;
    this.#running = spec.name;
    this.#idle = this.#run(spec);
  }

  async #run(spec: DetectorSpec): Promise<void> {
    const { storePath, nowMs, ended, progress } = this.#options;
    const startedMs = nowMs();
    const job: TrainingJob = { storePath, spec, seed: spec.model.seed };
    const result = await this.#fork(job, ({ fraction, detail }) => progress(spec.name, fraction, detail));
    const run = {
      detector: spec.name,
      startedMs,
      endedMs: nowMs(),
      outcome: result.outcome,
      detail: result.detail,
    };
    this.#running = null;
    ended(run, result.trained);
    this.#next();
  }

  #fork(
    job: TrainingJob,
    progress: (message: Extract<TrainingMessage, { type: 'progress' }>) => void,
  ): Promise<TrainingResult> {
    return new Promise((resolve) => {
      const { timeLimitMs, memoryLimitBytes } = job.spec.training;
      const child = fork(new URL('./training-process.js', import.meta.url), [], {
        execArgv: [`--max-old-space-size=${Math.floor(memoryLimitBytes / 2 ** 20)}`],
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      this.#child = child;
      this.#verdict = null;
      let complaint = '';
      let result: TrainingResult | null = null;
      const end = (how: string): void => {
        clearTimeout(timer);
        clearInterval(watch);
        this.#child = null;
        resolve(result ?? this.#verdict ?? failedBy(how, complaint));
      };
      const timer = setTimeout(() => {
        this.#end(failed(`It was not through after ${formatDuration(timeLimitMs)} (training.time_limit)`));
      }, timeLimitMs);
      const watch = setInterval(() => {
        const bytes = child.pid === undefined ? null : residentMemory(child.pid);
        if (bytes === null || bytes <= memoryLimitBytes) return;
        const taken = `${Math.round(bytes / 2 ** 20)} MB`;
        this.#end(failed(`Its process took ${taken} of memory, more than training.memory_limit`));
      }, WATCH_MS);
      child.stderr?.on('data', (chunk: Buffer) => {
        complaint = (complaint + chunk.toString('utf8')).slice(0, COMPLAINT_LENGTH);
      });
      child.on('message', (message: TrainingMessage) => {
        if (message.type === 'progress') progress(message);
        else result = message.result;
      });
      child.on('error', (error) => {
        complaint += error.message;
        // One that never began will not close either.
        if (child.pid === undefined) end('no start');
      });
      child.once('close', (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
      this.#options.started(job.spec.name, child.pid ?? null);
      if (child.pid === undefined) return;
      lowerPriority(child.pid);
      child.send(job, () => undefined);
    });
  }
}

const STAYS = 'the model in use stays.';

const STOPPED: TrainingResult = {
  outcome: 'stopped',
  detail: `strayd stopped before the training was through; ${STAYS}`,
  trained: null,
};

function failed(how: string): TrainingResult {
  return { outcome: 'failed', detail: `${how}; ${STAYS}`, trained: null };
}

function failedBy(how: string, complaint: string): TrainingResult {
  const lines = complaint.split('\n').map((line) => line.trim());
  const said =
    lines.find((line) => /^(\w*Error\b|FATAL ERROR)/.test(line)) ?? lines.find((line) => line !== '');
  return failed(`The training process ended with ${how}: ${said ?? 'it said nothing'}`);
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It may be gone again, or the system may not allow it: then it trains at the daemon's priority.
  }
}
