import { fork, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { residentMemory } from './resident-memory.ts';

/** How often the process's memory is looked at: wasm's is outside of the heap that V8 bounds. */
const WATCH_MS = 500;
/** So much of what a child that died has said is looked at; what it died of comes first. */
const COMPLAINT_LENGTH = 4000;

export interface ChildWork<Message> {
  /** Name of the script beside this file, as it is built. */
  readonly script: string;
  /** The one message that it gets. */
  readonly job: unknown;
  readonly timeLimitMs: number;
  readonly memoryLimitBytes: number;
  readonly message: (message: Message) => void;
}

/** How a child process ended; `complaint`: what it said last, or how it went. */
export type ChildEnd =
  | { readonly kind: 'exited'; readonly complaint: string }
  | { readonly kind: 'too_long' }
  | { readonly kind: 'too_much_memory'; readonly bytes: number };

/** A child process under way. */
export interface RunningChild {
  /** `null` if the process could not be had. */
  readonly pid: number | null;
  /** Never rejects. */
  readonly ended: Promise<ChildEnd>;
  kill(): void;
}

/**
 * Gives one job to a child process of low priority, whose memory is freed afterwards, and ends it when it takes too long or too
 * much memory: if it aborts, the daemon does not.
 */
export function runInChild<Message>(work: ChildWork<Message>): RunningChild {
  const { script, job, timeLimitMs, memoryLimitBytes, message } = work;
  const child = fork(new URL(script, import.meta.url), [], {
    execArgv: [`--max-old-space-size=${Math.floor(memoryLimitBytes / 2 ** 20)}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  const ended = endOf(child, { timeLimitMs, memoryLimitBytes, kill });
  child.on('message', message);
  if (child.pid !== undefined) {
    lowerPriority(child.pid);
    child.send(job as object, () => undefined);
  }
  return { pid: child.pid ?? null, ended, kill };
}

interface Limits extends Pick<ChildWork<never>, 'timeLimitMs' | 'memoryLimitBytes'> {
  readonly kill: () => void;
}

function endOf(child: ChildProcess, { timeLimitMs, memoryLimitBytes, kill }: Limits): Promise<ChildEnd> {
  return new Promise((resolve) => {
    let complaint = '';
    let verdict: ChildEnd | null = null;
    const end = (how: string): void => {
      clearTimeout(timer);
      clearInterval(watch);
      resolve(verdict ?? { kind: 'exited', complaint: `${how}: ${lastWords(complaint)}` });
    };
    const timer = setTimeout(() => {
      verdict = { kind: 'too_long' };
      kill();
    }, timeLimitMs);
    const watch = setInterval(() => {
      const bytes = child.pid === undefined ? null : residentMemory(child.pid);
      if (bytes === null || bytes <= memoryLimitBytes) return;
      verdict = { kind: 'too_much_memory', bytes };
      kill();
    }, WATCH_MS);
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString('utf8')).slice(0, COMPLAINT_LENGTH);
    });
    child.on('error', (error) => {
      complaint += error.message;
      // One that never began will not close either.
      if (child.pid === undefined) end('no start');
    });
    child.once('close', (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
}

function lastWords(complaint: string): string {
  const lines = complaint.split('\n').map((line) => line.trim());
  const said =
    lines.find((line) => /^(\w*Error\b|FATAL ERROR)/.test(line)) ?? lines.find((line) => line !== '');
  return said ?? 'it said nothing';
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It may be gone again, or the system may not allow it: then it works at the daemon's priority.
  }
}
