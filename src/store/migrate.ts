import { readdirSync, readFileSync } from 'node:fs';
import type { Database } from 'better-sqlite3';

interface Migration {
  readonly version: number;
  readonly sql: string;
}

/** Which kind of file: `main` = strayd.db, `recent` = one day of kept steps. */
export type SchemaKind = 'main' | 'recent';

const FOLDERS: Readonly<Record<SchemaKind, URL>> = {
  main: new URL('./migrations/', import.meta.url),
  recent: new URL('./migrations/recent/', import.meta.url),
};

const loaded = new Map<SchemaKind, readonly Migration[]>();

function migrationsOf(kind: SchemaKind): readonly Migration[] {
  const known = loaded.get(kind);
  if (known !== undefined) return known;
  const folder = FOLDERS[kind];
  const names = readdirSync(folder).filter((name) => /^\d{3}-.*\.sql$/.test(name));
  const migrations = names.sort().map((name, index) => {
    const version = Number(name.slice(0, 3));
    if (version !== index + 1)
      throw new Error(`Migration ${name} should be number ${index + 1}: none may be missing.`);
    return { version, sql: readFileSync(new URL(name, folder), 'utf8') };
  });
  loaded.set(kind, migrations);
  return migrations;
}

/** The `PRAGMA user_version` of a file with all of this strayd's migrations. */
export function latestSchema(kind: SchemaKind): number {
  return migrationsOf(kind).length;
}

/** Brings a database to the latest schema; each migration is one transaction with its version number. */
export function migrate(database: Database, kind: SchemaKind): void {
  const current = Number(database.pragma('user_version', { simple: true }));
  for (const migration of migrationsOf(kind)) {
    if (migration.version <= current) continue;
    database
      .transaction(() => {
        database.exec(migration.sql);
        database.pragma(`user_version = ${migration.version}`);
      })
      .immediate();
  }
}
