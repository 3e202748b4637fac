import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { waitFor } from './wait-for.ts';

/** As long as a test file may take for what it sets up. */
const PATIENCE = { timeoutMs: 110_000 };

/**
 * Something that several test files need and that takes long to make: whoever asks first makes it in a folder of its own, the others wait for it
 * and get the same. It goes from process to process as JSON; the folder is deleted at the end of the run.
 */
export async function madeOnce<T>(name: string, make: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(inject('sharedFolder'), name);
  const [made, failed] = [join(folder, 'made.json'), join(folder, 'failed.txt')];
  if (isFirst(folder)) {
    try {
      writeFileSync(`${made}.part`, JSON.stringify(await make(folder)));
      renameSync(`${made}.part`, made);
    } catch (error) {
      writeFileSync(failed, String(error));
      throw error;
    }
  }
  await waitFor(`the ${name} of another file`, () => existsSync(made) || existsSync(failed), PATIENCE);
  if (existsSync(failed)) throw new Error(`no ${name}: ${readFileSync(failed, 'utf8')}`);
  return JSON.parse(readFileSync(made, 'utf8')) as T;
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
