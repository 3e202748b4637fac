import { mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { detectorSpec, openWriter, stepsCheckpoint, temporaryDirectory } from './sample-checkpoints.ts';

const NOTHING = { outbox: [] };

function fill(directory: string): void {
  const store = openWriter(directory);
  store.readRestoredState([detectorSpec()], 64);
  store.applyCheckpoint(stepsCheckpoint(['db-1', 'db-2'], 1000, 1200), NOTHING);
  store.close();
}

/** Opening has to throw `code` in both modes and leave every byte of the file. */
function expectRefusal(directory: string, code: string, says: RegExp): void {
  const path = join(directory, 'strayd.db');
  const before = readFileSync(path);
  expect(() => openWriter(directory)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(says) }),
  );
  expect(readFileSync(path).equals(before)).toBe(true);
}

describe('openStore', () => {
  it('says so when a file stands where its directory should be', () => {
    const path = join(temporaryDirectory(), 'taken');
    writeFileSync(path, 'not a directory');
    for (const directory of [path, join(path, 'below')]) {
      expect(() => openWriter(directory)).toThrow(
        expect.objectContaining({
          code: 'store_unwritable',
          message: expect.stringContaining('a file is in its way'),
        }),
      );
    }
    expect(readFileSync(path, 'utf8')).toBe('not a directory');
  });

  it('makes a store with an id of its own and finds it again', () => {
    const directory = join(temporaryDirectory(), 'new', 'strayd-data');
    const store = openWriter(directory);
    const { storeId } = store;
    store.close();
    expect(storeId).toMatch(/^[0-9a-f]{16}$/);
    const again = openStore(directory, { mode: 'write', pid: process.pid, random: () => 0.9 });
    expect(again.storeId).toBe(storeId);
    expect(again.sequence).toBe(0);
    again.close();
  });

  it('takes an empty file, left by a crash while it was made, for a new store', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'strayd.db'), '');
    openWriter(directory).close();
    expect(statSync(join(directory, 'strayd.db')).size).toBeGreaterThan(0);
  });

  it('refuses an empty or missing file beside day files of the store that it was', () => {
    const directory = temporaryDirectory();
    fill(directory);
    mkdirSync(join(directory, 'recent'), { recursive: true });
    writeFileSync(join(directory, 'recent', '2026-01-01.1.db'), 'a day');
    for (const name of ['strayd.db-wal', 'strayd.db-shm']) rmSync(join(directory, name), { force: true });
    truncateSync(join(directory, 'strayd.db'));
    expectRefusal(directory, 'store_corrupt', /is empty or missing, but .*recent holds 1 files? of a store/);
    rmSync(join(directory, 'strayd.db'));
    expect(() => openWriter(directory)).toThrow(expect.objectContaining({ code: 'store_corrupt' }));
  });

  it('refuses a newer schema and leaves it as it is', () => {
    const directory = temporaryDirectory();
    fill(directory);
    const database = new BetterSqlite3(join(directory, 'strayd.db'));
    database.pragma('user_version = 999');
    database.close();
    expectRefusal(directory, 'store_newer', /schema 999.*newer strayd/);
    expect(() => openStore(directory, { mode: 'read' })).toThrow(
      expect.objectContaining({ code: 'store_newer' }),
    );
  });

  it('refuses a newer schema whose version is still in the write-ahead log', () => {
    const directory = temporaryDirectory();
    fill(directory);
    const database = new BetterSqlite3(join(directory, 'strayd.db'));
    database.pragma('user_version = 999');
    expectRefusal(directory, 'store_newer', /schema 999/);
    database.close();
  });

  it('refuses a file that is not a database', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'strayd.db'), 'time,entity,cpu\n1,a,2\n'.repeat(100));
    expectRefusal(directory, 'store_corrupt', /not a SQLite database.*move its whole directory away/);
  });

  it('refuses a database of some other program', () => {
    const directory = temporaryDirectory();
    const other = new BetterSqlite3(join(directory, 'strayd.db'));
    other.exec('CREATE TABLE photos (id INTEGER)');
    other.close();
    expectRefusal(directory, 'store_foreign', /some other program/);
  });

  it('refuses a damaged database, in whichever page the damage is', () => {
    const directory = temporaryDirectory();
    fill(directory);
    const path = join(directory, 'strayd.db');
    const whole = readFileSync(path);
    let refused = 0;
    for (let page = 1; page * 4096 < whole.length; page++) {
      const bytes = Buffer.from(whole);
      bytes.fill(0xa5, page * 4096, page * 4096 + 200);
      writeFileSync(path, bytes);
      try {
        openWriter(directory).close();
      } catch (error) {
        expect(error).toMatchObject({ code: 'store_corrupt' });
        refused++;
      }
      writeFileSync(path, whole);
    }
    // Pages that carry only the inside of a long value have no structure to break.
    expect(refused).toBeGreaterThan((whole.length / 4096) * 0.6);
  });

  it('refuses a truncated database', () => {
    const directory = temporaryDirectory();
    fill(directory);
    truncateSync(join(directory, 'strayd.db'), 8192);
    expectRefusal(directory, 'store_corrupt', /damaged/);
  });

  it('says where to look if there is nothing to read', () => {
    const directory = temporaryDirectory();
    expect(() => openStore(directory, { mode: 'read' })).toThrow(
      expect.objectContaining({ code: 'store_missing' }),
    );
  });

  it('says so if the directory may not be made', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'file'), '');
    expect(() => openWriter(join(directory, 'file', 'store'))).toThrow(/ENOTDIR|not a directory/);
    mkdirSync(join(directory, 'fine'));
    openWriter(join(directory, 'fine')).close();
  });

  it('lets another connection read while the writer writes', () => {
    const directory = temporaryDirectory();
    const writer = openWriter(directory);
    writer.readRestoredState([detectorSpec()], 64);
    writer.applyCheckpoint(stepsCheckpoint(['db-1'], 0, 10), NOTHING);
    const reader = openStore(directory, { mode: 'read' });
    expect(reader.keptSteps(detectorSpec(), 'db-1', { fromStep: 0, toStep: 99 })).toHaveLength(10);
    writer.applyCheckpoint(stepsCheckpoint(['db-1'], 10, 2000), NOTHING);
    writer.applyCheckpoint(stepsCheckpoint(['db-1'], 2000, 2001), NOTHING);
    expect(reader.keptSteps(detectorSpec(), 'db-1', { fromStep: 0, toStep: 9999 })).toHaveLength(2001);
    expect(reader.sequence).toBe(3);
    expect(reader.storeBytes()).toBeGreaterThan(4096);
    reader.close();
    writer.close();
  });
});
