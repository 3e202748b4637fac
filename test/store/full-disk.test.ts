import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { StoreError } from '../../src/store/store-error.ts';
import { detectorSpec, openWriter, stepsCheckpoint, temporaryDirectory } from './sample-checkpoints.ts';
import { stateOf } from './store-state.ts';

const NOTHING = { outbox: [] };
const ENTITIES = ['db-1', 'db-2'];
const DETECTORS = [detectorSpec()];

/** A megabyte that can be given back: it stands for a disk that some other program fills. Answers how many pages there are then. */
function ballast(directory: string, sql: string): number {
  const database = new BetterSqlite3(join(directory, 'strayd.db'));
  database.exec(sql);
  const pages = Number(database.pragma('page_count', { simple: true }));
  database.close();
  return pages;
}

describe('a full disk', () => {
  it('refuses a checkpoint whole, and takes the same one once there is room', () => {
    const directory = temporaryDirectory();
    const control = temporaryDirectory();
    openWriter(directory).close();
    const pages = ballast(
      directory,
      'CREATE TABLE ballast (b BLOB); INSERT INTO ballast VALUES (zeroblob(1000000));',
    );
    const store = openWriter(directory, { maxMainPages: pages + 46 });
    const plain = openWriter(control);
    store.readRestoredState(DETECTORS, 64);
    plain.readRestoredState(DETECTORS, 64);
    let refused = 0;
    for (let from = 0; from < 3_000; from += 30) {
      const checkpoint = stepsCheckpoint(ENTITIES, from, from + 30);
      try {
        store.applyCheckpoint(checkpoint, NOTHING);
      } catch (error) {
        expect(error).toBeInstanceOf(StoreError);
        expect(error).toMatchObject({ code: 'store_full', canRetry: true });
        expect(stateOf(store, DETECTORS)).toEqual(stateOf(plain, DETECTORS));
        expect(() => store.applyCheckpoint(checkpoint, NOTHING)).toThrow(StoreError);
        refused++;
        ballast(directory, 'DELETE FROM ballast');
        store.applyCheckpoint(checkpoint, NOTHING);
      }
      plain.applyCheckpoint(checkpoint, NOTHING);
    }
    expect(refused).toBe(1);
    expect(stateOf(store, DETECTORS)).toEqual(stateOf(plain, DETECTORS));
    store.close();
    plain.close();
  });
});
