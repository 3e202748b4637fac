import BetterSqlite3 from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { inspectFile } from './inspect-file.ts';
import { migrate } from './migrate.ts';
import type { SchemaKind } from './migrate.ts';
import { withStoreErrors } from './sqlite-failure.ts';
import { StoreError } from './store-error.ts';

const BUSY_TIMEOUT_MS = 5_000;
const WAL_KEPT_BYTES = 64 * 1024 ** 2;

/** Opens a database file for writing; creates it if absent, migrates an older one, refuses any other (see `inspectFile`). */
export function openForWriting(path: string, kind: SchemaKind): Database {
  const standing = inspectFile(path, kind, kind === 'main' ? 'whole' : 'header');
  return withStoreErrors(path, () => {
    const database = new BetterSqlite3(path, { timeout: BUSY_TIMEOUT_MS });
    try {
      database.pragma('journal_mode = WAL');
      // A recent file's copy must be on the disk before the main file forgets the block, also when the power fails.
      database.pragma(`synchronous = ${kind === 'main' ? 'NORMAL' : 'FULL'}`);
      database.pragma('foreign_keys = ON');
      database.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`);
      if (standing !== 'current') {
        migrate(database, kind);
        // So that `inspectFile` finds the version in the file's own header.
        database.pragma('wal_checkpoint(TRUNCATE)');
      }
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Opens a database file read-only, beside a writer or without one. Throws a `StoreError` if absent or of another schema. */
export function openForReading(path: string, kind: SchemaKind): Database {
  const standing = inspectFile(path, kind, 'header');
  if (standing === 'absent') {
    throw new StoreError(
      'store_missing',
      `There is no store at ${path}. Check store.path, or start \`strayd run\` once: it makes one.`,
    );
  }
  if (standing === 'older') {
    throw new StoreError(
      'store_older',
      `${path} was written by an older strayd. Start \`strayd run\` once: it brings the store up to date.`,
    );
  }
  return withStoreErrors(path, () => {
    const database = new BetterSqlite3(path, {
      readonly: true,
      fileMustExist: true,
      timeout: BUSY_TIMEOUT_MS,
    });
    database.pragma('query_only = ON');
    return database;
  });
}
