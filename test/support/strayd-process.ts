import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { waitFor } from './wait-for.ts';

/** The built binary in a process of its own. */
export interface StraydProcess {
  readonly url: string;
  readonly pid: number;
  /** What it has logged so far. */
  readonly log: () => string;
  /** Body of a GET as JSON. */
  get<T>(path: string): Promise<T>;
  metrics(): Promise<string>;
  /** Writes another configuration into its file, `server` as it was unless it is given; nothing is loaded yet. */
  configure(config: Readonly<Record<string, unknown>>): void;
  /** SIGHUP. */
  hangUp(): void;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** The built program; STRAYD_PROGRAM names another build of it. */
export const PROGRAM =
  process.env['STRAYD_PROGRAM'] ?? new URL('../../dist/cli/main.js', import.meta.url).pathname;

/**
 * Starts `strayd run` on a configuration without `server` (a free port is put in) and resolves when it answers. Config is
 * JSON, which is YAML too.
 */
export async function startStrayd(
  folder: string,
  config: Readonly<Record<string, unknown>>,
): Promise<StraydProcess> {
  const port = await freePort();
  const file = join(folder, 'strayd.yaml');
  const configure = (next: Readonly<Record<string, unknown>>): void =>
    writeFileSync(file, JSON.stringify({ server: { listen: `127.0.0.1:${port}` }, ...next }, null, 1));
  configure(config);
  const child = spawn(process.execPath, [PROGRAM, 'run', '--config', file], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString('utf8');
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    await waitFor(`strayd at ${url}`, async () => {
      if (child.exitCode !== null) return true;
      return (await fetch(`${url}/healthz`)).ok;
    });
    if (child.exitCode !== null) throw new Error(`strayd ended with ${child.exitCode}`);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`strayd did not come up; its log:\n${log}`, { cause: error });
  }
  return {
    url,
    pid: child.pid ?? 0,
    log: () => log,
    get: async <T>(path: string) => {
      const response = await fetch(`${url}${path}`);
      if (!response.ok) throw new Error(`GET ${path}: HTTP ${response.status}: ${await response.text()}`);
      return (await response.json()) as T;
    },
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
    configure,
    hangUp: () => void child.kill('SIGHUP'),
    stop: () => end(child, 'SIGTERM'),
    kill: async () => void (await end(child, 'SIGKILL')),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit') as Promise<[number | null]>;
  child.kill(signal);
  const [code] = await ended;
  return code;
}

/** Value of a metric's sample in Prometheus text, `null` if there is none; `series` as `name{a="b"}`. */
export function metricValue(text: string, series: string): number | null {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? null : Number(line.slice(series.length + 1));
}
