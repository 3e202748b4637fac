import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const VERSION = '4.3.1';
const FOLDER = join(import.meta.dirname, '.kafka');
const POM = join(import.meta.dirname, 'kafka', 'pom.xml');
const run = promisify(execFile);

/** Folder with the jars of Apache Kafka; Maven fetches them the first time (44 MB). Throws when Maven or Java can't. */
export const installKafka = async (): Promise<string> => {
  const target = join(FOLDER, VERSION);
  if (existsSync(target)) return target;
  await mkdir(FOLDER, { recursive: true });
  const half = await mkdtemp(join(FOLDER, 'half-'));
  try {
    const goal = 'dependency:copy-dependencies';
    await run('mvn', ['-q', '-B', '-f', POM, goal, '-DincludeScope=runtime', `-DoutputDirectory=${half}`]);
    await rename(half, target).catch((error: unknown) => {
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return target;
};
