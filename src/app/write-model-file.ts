import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Ending of a model file that is not whole yet; they are written one at a time, so others are left over. */
const HALF = '.part';

/** Writes a model file, whole or not at all: a crash leaves no half under its name, and the next one clears it away. Answers its path. */
export function writeModelFile(
  storePath: string,
  { detector, version }: { readonly detector: string; readonly version: string },
  bytes: Uint8Array,
): string {
  const directory = join(storePath, 'models');
  mkdirSync(directory, { recursive: true });
  for (const left of readdirSync(directory)) if (left.endsWith(HALF)) rmSync(join(directory, left));
  const path = join(directory, `${detector}-${version}.model`);
  const half = `${path}${HALF}`;
  const file = openSync(half, 'w');
  try {
    writeFileSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(half, path);
  return path;
}
