import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openForReading, openForWriting } from './database-file.ts';
import { acquireStoreLock } from './lock.ts';
import type { StoreLock } from './lock.ts';
import { createRepositories } from './repositories.ts';
import { withStoreErrors } from './sqlite-failure.ts';
import { StoreError } from './store-error.ts';
import { StoreReader } from './store-reader.ts';
import { DEFAULT_STORE_SETTINGS } from './store-settings.ts';
import type { StoreSettings } from './store-settings.ts';
import { StoreWriter } from './store-writer.ts';

/** A read-only connection, beside a writer or without one. */
export interface ReadOptions {
  readonly mode: 'read';
}

/** The one writer. */
export interface WriteOptions {
  readonly mode: 'write';
  /** Of the process that will hold the lock. */
  readonly pid: number;
  /** Uniform in [0, 1): names a new store. */
  readonly random: () => number;
  /** True if this process took `acquireStoreLock` already, in another thread. */
  readonly lockHeld?: boolean;
  readonly settings?: Partial<StoreSettings>;
}

/**
 * Opens the store in a directory. `write` makes it if absent, takes the lock and migrates an older schema. Throws
 * `StoreLockedError`, or a `StoreError` for a damaged, foreign or newer file, which then stays as it is.
 */
export function openStore(directory: string, options: ReadOptions): StoreReader;
export function openStore(directory: string, options: WriteOptions): StoreWriter;
export function openStore(directory: string, options: ReadOptions | WriteOptions): StoreReader {
  const mainPath = join(directory, 'strayd.db');
  return options.mode === 'read' ? openReader(directory, mainPath) : openWriter(directory, mainPath, options);
}

function openReader(directory: string, mainPath: string): StoreReader {
  const database = openForReading(mainPath, 'main');
  const repositories = createRepositories(database, directory, DEFAULT_STORE_SETTINGS);
  return new StoreReader({ directory, mainPath, database, repositories });
}

function openWriter(directory: string, mainPath: string, options: WriteOptions): StoreWriter {
  withStoreErrors(directory, () => mkdirSync(directory, { recursive: true }));
  const lock = options.lockHeld === true ? null : acquireStoreLock(directory, options.pid);
  try {
    return openLocked(directory, mainPath, { options, lock });
  } catch (error) {
    lock?.release();
    throw error;
  }
}

function openLocked(
  directory: string,
  mainPath: string,
  { options, lock }: { readonly options: WriteOptions; readonly lock: StoreLock | null },
): StoreWriter {
  refuseOrphans(directory, mainPath);
  const settings = { ...DEFAULT_STORE_SETTINGS, ...options.settings };
  const database = openForWriting(mainPath, 'main');
  if (settings.maxMainPages !== null) database.pragma(`max_page_count = ${settings.maxMainPages}`);
  const repositories = createRepositories(database, directory, settings);
  if (repositories.meta.storeId() === '') {
    withStoreErrors(mainPath, () => repositories.meta.setStoreId(newStoreId(options.random)));
  }
  return new StoreWriter({ directory, mainPath, database, repositories }, settings, lock);
}

/** Day files of a store that is gone would be read as the new one's: its sets are counted from 1 again. */
function refuseOrphans(directory: string, mainPath: string): void {
  if ((statSync(mainPath, { throwIfNoEntry: false })?.size ?? 0) > 0) return;
  const recent = join(directory, 'recent');
  const orphans =
    statSync(recent, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(recent) : [];
  if (orphans.length === 0) return;
  throw new StoreError(
    'store_corrupt',
    `${mainPath} is empty or missing, but ${recent} holds ${orphans.length} files of a store. Restore it from a backup, ` +
      `or move all of ${directory} away and start again: strayd then reads what Kafka still holds.`,
  );
}

/** 64 random bits as hex. */
function newStoreId(random: () => number): string {
  return Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join('');
}
