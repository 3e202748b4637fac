import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { damaged, withStoreErrors } from './sqlite-failure.ts';
import { StoreLockedError } from './store-error.ts';

/** A held store. The kernel frees it if the process dies, so a dead holder never blocks the next one. */
export interface StoreLock {
  release(): void;
}

const ATTEMPTS = 20;

/**
 * Takes `strayd.lock` in the directory for process `pid`. Throws `StoreLockedError`, with the holder's pid, if
 * another one has it. The lock is SQLite's RESERVED lock on a tiny database: unlike a pid file it can't go stale, not
 * even where every container's process is number 1, and the others can still read the holder's pid.
 */
export function acquireStoreLock(directory: string, pid: number): StoreLock {
  const path = join(directory, 'strayd.lock');
  return withStoreErrors(path, () => {
    const database = openLockFile(path);
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (!begin(database)) throw new StoreLockedError(directory, holderOf(database));
        database.exec('CREATE TABLE IF NOT EXISTS holder (slot INTEGER PRIMARY KEY, pid INTEGER NOT NULL)');
        database.prepare('INSERT OR REPLACE INTO holder (slot, pid) VALUES (1, ?)').run(pid);
        database.exec('COMMIT');
        // Between the two transactions another process may have come first: then its pid is in the file.
        if (begin(database)) {
          if (holderOf(database) === pid) return { release: () => database.close() };
          database.exec('ROLLBACK');
        }
      }
      throw new StoreLockedError(directory, holderOf(database));
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

function openLockFile(path: string): Database {
  try {
    const database = new BetterSqlite3(path, { timeout: 100 });
    database.pragma('journal_mode = DELETE');
    return database;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_NOTADB') {
      throw damaged(path, 'it is not a lock file of strayd', error);
    }
    throw error;
  }
}

function begin(database: Database): boolean {
  try {
    database.exec('BEGIN IMMEDIATE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY') return false;
    throw error;
  }
}

function holderOf(database: Database): number {
  return database.prepare<[], number>('SELECT pid FROM holder').pluck().get() ?? 0;
}
