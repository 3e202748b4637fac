import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { CommandError, EXIT } from './exit.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'no permission',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is no directory',
};

/** Throws what writing to this file would, and leaves it as it is. */
export function assertWritable(path: string): void {
  const kept = statSync(path, { throwIfNoEntry: false });
  // A pipe would be closed for its reader.
  if (kept !== undefined && !kept.isFile() && !kept.isDirectory()) return;
  closeSync(openSync(path, 'a'));
  if (kept === undefined) rmSync(path);
}

/** Does `work` with files that the user named: one that can't be opened is wrong use and said in one line. */
export async function withUserFiles<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || !('path' in error)) throw error;
    const reason = REASONS[String(error.code)];
    if (reason === undefined) throw error;
    throw new CommandError(`Can't open ${String(error.path)}: ${reason}.`, EXIT.wrongUse);
  }
}
