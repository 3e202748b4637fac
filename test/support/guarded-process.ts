import { spawn } from 'node:child_process';

/** A child that dies with the test run, even if the run is killed. */
export interface GuardedProcess {
  /** Everything it has printed so far, for error messages. */
  readonly output: () => string;
  readonly running: () => boolean;
  /** Ends it with SIGTERM (or the given signal) and resolves once it is gone. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/* The shell holds our pipe as its descriptor 3: when this process goes, however it goes, `cat` ends and the child is killed. */
const GUARD = [
  'exec 3<&0',
  '"$@" </dev/null 3<&- & child=$!',
  'echo "guarded-pid=$child"',
  '{ cat >/dev/null; kill -9 $child; } <&3 & watch=$!',
  'wait $child; status=$?',
  'kill $watch 2>/dev/null',
  'exit $status',
].join('\n');

/** Starts `command`; answers at once, so wait for its readiness by a condition. */
export const startGuarded = (
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): GuardedProcess => {
  const child = spawn('sh', ['-c', GUARD, 'guard', command, ...args], { stdio: 'pipe', env });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-100_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.stdin.on('error', () => undefined);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void gone.then(() => child.stdin.end());
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const pid = /guarded-pid=(\d+)/.exec(output)?.[1];
    if (pid === undefined) child.stdin.end();
    else process.kill(Number(pid), signal);
    await gone;
  };
  return { output: () => output, running: () => child.exitCode === null && child.signalCode === null, stop };
};
