import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { PROGRAM } from '../support/strayd-process.ts';

/** How a `strayd run` that doesn't get going ended. */
export interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs `strayd run` on a configuration without `server` until it ends by itself; its file is `name` in the folder. */
export async function runToEnd(
  folder: string,
  config: Readonly<Record<string, unknown>>,
  name = 'again.yaml',
): Promise<Ended> {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify({ ...config, server: { listen: `127.0.0.1:${await freePort()}` } }));
  const child = spawn(process.execPath, [PROGRAM, 'run', '--config', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stderr };
}
