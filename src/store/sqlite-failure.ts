import { StoreError } from './store-error.ts';

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return '';
}

/**
 * Runs `work` and turns SQLite's environmental failures (full disk, i/o, damage) into a `StoreError` that names
 * `path`; a programmer's error passes unchanged.
 */
export function withStoreErrors<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asStoreError(path, error);
  }
}

function asStoreError(path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT' || code.startsWith('SQLITE_IOERR')) {
    return new StoreError(
      'store_full',
      `The store could not write to ${path} (${code}): the disk is full or refuses. Nothing of it was kept; ` +
        'free some space, it goes on by itself.',
      { cause: error },
    );
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return damaged(path, code, error);
  }
  if (code === 'SQLITE_CANTOPEN' || code === 'SQLITE_READONLY' || code === 'EACCES' || code === 'EROFS') {
    return new StoreError(
      'store_unwritable',
      `The store could not open ${path} for writing (${code}). Give the user that strayd runs as write ` +
        'permission on the directory.',
      { cause: error },
    );
  }
  if (code === 'EEXIST' || code === 'ENOTDIR') {
    return new StoreError(
      'store_unwritable',
      `${path} can't be the store's directory: a file is in its way (${code}). Set store.path to a directory, or to ` +
        'a path where nothing is yet.',
      { cause: error },
    );
  }
  return error;
}

/** The refusal of a damaged file: says what was seen and the two ways out; the file stays as it is. */
export function damaged(path: string, seen: string, cause?: unknown): StoreError {
  return new StoreError(
    'store_corrupt',
    `${path} is damaged (${seen}). strayd leaves it as it is. Restore the file from a backup, or move its whole ` +
      'directory away and start again: strayd then reads what Kafka still holds.',
    cause === undefined ? {} : { cause },
  );
}
