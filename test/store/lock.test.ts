import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireStoreLock } from '../../src/store/lock.ts';
import { StoreLockedError } from '../../src/store/store-error.ts';
import { openWriter, temporaryDirectory } from './sample-checkpoints.ts';

const SQLITE = createRequire(import.meta.url).resolve('better-sqlite3');

/** Another process that holds the lock as `acquireStoreLock` does. */
const HOLDER = `
  const database = new (require(${JSON.stringify(SQLITE)}))(process.argv[1]);
  database.exec('CREATE TABLE IF NOT EXISTS holder (slot INTEGER PRIMARY KEY, pid INTEGER NOT NULL)');
  database.prepare('INSERT OR REPLACE INTO holder VALUES (1, ?)').run(process.pid);
  database.exec('BEGIN IMMEDIATE');
  console.log('held');
  setInterval(() => {}, 1000);
`;

describe('acquireStoreLock', () => {
  it('names the process that holds it', () => {
    const directory = temporaryDirectory();
    const lock = acquireStoreLock(directory, 4711);
    expect(() => acquireStoreLock(directory, 4712)).toThrow(
      expect.objectContaining({
        code: 'store_locked',
        holderPid: 4711,
        message: expect.stringContaining('4711'),
      }),
    );
    lock.release();
    acquireStoreLock(directory, 4712).release();
  });

  it('keeps a second writer out of the store until the first closes', () => {
    const directory = temporaryDirectory();
    const first = openWriter(directory);
    expect(() => openWriter(directory)).toThrow(StoreLockedError);
    first.close();
    openWriter(directory).close();
  });

  it('is free again once its holder was killed', async () => {
    const directory = temporaryDirectory();
    const holder = spawn(process.execPath, ['-e', HOLDER, join(directory, 'strayd.lock')]);
    await once(holder.stdout, 'data');
    expect(() => acquireStoreLock(directory, process.pid)).toThrow(
      expect.objectContaining({ holderPid: holder.pid }),
    );
    const exited = once(holder, 'exit');
    holder.kill('SIGKILL');
    await exited;
    acquireStoreLock(directory, process.pid).release();
  });

  it('is given back if the store itself is refused', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'strayd.db'), 'no database');
    expect(() => openWriter(directory)).toThrow(/not a SQLite database/);
    acquireStoreLock(directory, 1).release();
  });

  it('refuses a lock file of some other make', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'strayd.lock'), 'pid 12\n'.repeat(100));
    expect(() => acquireStoreLock(directory, 1)).toThrow(expect.objectContaining({ code: 'store_corrupt' }));
  });
});
