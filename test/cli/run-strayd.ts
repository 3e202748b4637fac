import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const PROGRAM = new URL('../../dist/cli/main.js', import.meta.url).pathname;

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Closes the reading end of its standard output at once, as `| head` does in the end. */
  readonly closedOutput?: boolean;
}

/** How a command ended. */
export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built binary to its end. */
export function runStrayd(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return startStrayd(args, options).ended;
}

/** Starts the built binary, for those that end it. */
export function startStrayd(
  args: readonly string[],
  options: RunOptions = {},
): { readonly child: ChildProcess; readonly ended: Promise<RunResult> } {
  const { STRAYD_URL: _own, ...env } = process.env;
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: options.cwd,
    env: { ...env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr]: [string[], string[]] = [[], []];
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
  if (options.closedOutput === true) child.stdout.destroy();
  else child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text));
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout: stdout.join(''),
    stderr: stderr.join(''),
  }));
  return { child, ended };
}
