import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { startGuarded } from './guarded-process.ts';
import { waitFor } from './wait-for.ts';

/** A program that serves HTTP on a free loopback port, with a temporary folder of its own. */
export interface LocalService {
  readonly url: string;
  /** Stops it and deletes its folder. */
  stop(): Promise<void>;
}

/** How to start it: `prepare` writes the config into the folder and answers the arguments. */
export interface ServiceSpec {
  readonly name: string;
  readonly path: string;
  readonly readyPath: string;
  /** Default: a free one. */
  readonly port?: number;
  prepare(folder: string, port: number): Promise<readonly string[]>;
}

/** Starts the program and resolves once `readyPath` answers 2xx; throws with its output if it ends before. */
export const startLocalService = async (spec: ServiceSpec): Promise<LocalService> => {
  const folder = await mkdtemp(join(tmpdir(), `strayd-${spec.name}-`));
  const port = spec.port ?? (await freePort());
  const child = startGuarded(spec.path, await spec.prepare(folder, port));
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await child.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const ready = async (): Promise<boolean> =>
    !child.running() || (await fetch(`${url}${spec.readyPath}`)).status < 300;
  await waitFor(`${spec.name} to be ready`, ready);
  if (!child.running()) {
    await stop();
    throw new Error(`${spec.name} ended at once:\n${child.output().slice(-3000)}`);
  }
  return { url, stop };
};
