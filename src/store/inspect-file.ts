import { closeSync, openSync, readSync, statSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { latestSchema } from './migrate.ts';
import type { SchemaKind } from './migrate.ts';
import { damaged, withStoreErrors } from './sqlite-failure.ts';
import { StoreError } from './store-error.ts';

const MAGIC = 'SQLite format 3\0';
const APPLICATION_IDS: Readonly<Record<SchemaKind, number>> = { main: 0x53545244, recent: 0x53545252 };
/** Files above this are not read whole at start: SQLite then finds damage when it meets it. */
const WHOLE_CHECK_BYTES = 1024 ** 3;

/** How a database file stands to this strayd. */
export type FileStanding = 'absent' | 'older' | 'current';

/**
 * Looks at a database file without writing to it. Throws a `StoreError` if it is damaged, some other program's or
 * newer than this strayd; `whole` also reads every page. Offsets are those of https://www.sqlite.org/fileformat.html#the_database_header.
 */
export function inspectFile(path: string, kind: SchemaKind, depth: 'header' | 'whole'): FileStanding {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes === 0) return 'absent';
  const header = readHeader(path);
  if (header.toString('latin1', 0, 16) !== MAGIC) {
    throw damaged(
      path,
      `it starts with ${JSON.stringify(header.toString('latin1', 0, 16))}: not a SQLite database`,
    );
  }
  refuseForeign(path, header.readUInt32BE(68), APPLICATION_IDS[kind]);
  refuseNewer(path, header.readUInt32BE(60), latestSchema(kind));
  return withStoreErrors(path, () =>
    inspectContent(path, kind, depth === 'whole' && bytes <= WHOLE_CHECK_BYTES),
  );
}

function readHeader(path: string): Buffer {
  const header = Buffer.alloc(100);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  return header;
}

function inspectContent(path: string, kind: SchemaKind, checkWhole: boolean): FileStanding {
  const database = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
  try {
    const objects = database.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get() ?? 0;
    const applicationId = Number(database.pragma('application_id', { simple: true }));
    const version = Number(database.pragma('user_version', { simple: true }));
    if (objects === 0 && version === 0) return 'absent';
    if (applicationId !== APPLICATION_IDS[kind]) throw foreign(path, applicationId);
    refuseNewer(path, version, latestSchema(kind));
    if (checkWhole) {
      const finding = database.pragma('quick_check(1)', { simple: true });
      if (finding !== 'ok') throw damaged(path, String(finding).split('\n').join(' '));
    }
    return version < latestSchema(kind) ? 'older' : 'current';
  } finally {
    database.close();
  }
}

function refuseForeign(path: string, seen: number, expected: number): void {
  if (seen !== 0 && seen !== expected) throw foreign(path, seen);
}

function foreign(path: string, applicationId: number): StoreError {
  return new StoreError(
    'store_foreign',
    `${path} is a database of some other program (application id 0x${applicationId.toString(16)}). strayd leaves it ` +
      'as it is. Set store.path to another directory, or move the file away.',
  );
}

function refuseNewer(path: string, version: number, latest: number): void {
  if (version <= latest) return;
  throw new StoreError(
    'store_newer',
    `${path} has schema ${version}, this strayd knows schemas up to ${latest}: a newer strayd wrote it. It is left as ` +
      'it is. Start that newer strayd again, or set store.path to another directory.',
  );
}
