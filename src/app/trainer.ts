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

  /** Ends a run under way and forgets those that wait, for good; resolves when the child is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#queue.length = 0;
    this.#child?.kill('SIGKILL');
    await this.#idle;
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
      const child = fork(new URL('./training-process.js', import.meta.url), [], {
        execArgv: [`--max-old-space-size=${HEAP_MEGABYTES}`],
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      this.#child = child;
      let complaint = '';
      let result: TrainingResult | null = null;
      const end = (how: string): void => {
        clearTimeout(timer);
        this.#child = null;
        resolve(result ?? (this.#stopping ? STOPPED : failedBy(how, complaint)));
      };
      const timer = setTimeout(() => child.kill('SIGKILL'), MOST_MS);
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

const STOPPED: TrainingResult = {
  outcome: 'stopped',
  detail: 'strayd stopped before the training was through; the model in use stays.',
  trained: null,
};

function failedBy(how: string, complaint: string): TrainingResult {
  const lines = complaint.split('\n').map((line) => line.trim());
  const said =
    lines.find((line) => /^(\w*Error\b|FATAL ERROR)/.test(line)) ?? lines.find((line) => line !== '');
  const detail = `The training process ended with ${how}: ${said ?? 'it said nothing'}; the model in use stays.`;
  return { outcome: 'failed', detail, trained: null };
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It may be gone again, or the system may not allow it: then it trains at the daemon's priority.
  }
}
