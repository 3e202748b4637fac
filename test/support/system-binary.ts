import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that tests may use: `path` is null if it isn't installed, and `note` then says what brings it. */
export interface SystemBinary {
  readonly path: string | null;
  /** Empty when present; else to be appended to the name of the test that is skipped. */
  readonly note: string;
}

/** Looks `name` up in PATH. With CI set a missing one is an error, because there nothing may be skipped. */
export const systemBinary = (name: string, aptPackage: string): SystemBinary => {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return { path, note: '' };
    } catch {
      continue;
    }
  }
  const hint = `needs ${name}: sudo apt-get install ${aptPackage}`;
  if (process.env['CI'] !== undefined && process.env['CI'] !== '') {
    throw new Error(`${name} is missing, and CI skips nothing; it ${hint}`);
  }
  return { path: null, note: ` (${hint})` };
};
