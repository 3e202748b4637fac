import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { openForReading, openForWriting } from './database-file.ts';
import { inspectFile } from './inspect-file.ts';

const DAY_MS = 86_400_000;
/** Days a writer holds open: the present one and neighbours of it. */
const OPEN_FOR_WRITING = 4;

/** The UTC day of an event time, in days since 1970. */
export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

function fileName(setId: number, day: number): string {
  return `${new Date(day * DAY_MS).toISOString().slice(0, 10)}.${setId}.db`;
}

/** `recent/YYYY-MM-DD.SET.db`: one database a day and feature set, written by one process and unlinked when old. */
export class RecentFiles {
  readonly #directory: string;
  readonly #writers = new Map<string, Database>();
  readonly #readers = new Map<string, Database>();

  constructor(storeDirectory: string) {
    this.#directory = join(storeDirectory, 'recent');
  }

  /** Days of the set that have a file, ascending. */
  days(setId: number): number[] {
    const days: number[] = [];
    for (const name of this.#names()) {
      const match = /^(\d{4}-\d{2}-\d{2})\.(\d+)\.db$/.exec(name);
      if (match?.[1] !== undefined && Number(match[2]) === setId) days.push(dayOf(Date.parse(match[1])));
    }
    return days.sort((a, b) => a - b);
  }

  /** The day's file, made if absent. */
  forWriting(setId: number, day: number): Database {
    const name = fileName(setId, day);
    let database = this.#writers.get(name);
    if (database === undefined) {
      mkdirSync(this.#directory, { recursive: true });
      database = openForWriting(join(this.#directory, name), 'recent');
    }
    this.#writers.delete(name);
    this.#writers.set(name, database);
    for (const [other, opened] of this.#writers) {
      if (this.#writers.size <= OPEN_FOR_WRITING) break;
      opened.close();
      this.#writers.delete(other);
    }
    return database;
  }

  /** The set's files of the days [firstDay, lastDay], ascending; days without one are left out. */
  forReading(setId: number, firstDay: number, lastDay: number): Database[] {
    const days = this.days(setId);
    this.#closeVanished();
    const databases: Database[] = [];
    for (const day of days) {
      if (day < firstDay || day > lastDay) continue;
      const database = this.#reader(fileName(setId, day));
      if (database !== null) databases.push(database);
    }
    return databases;
  }

  /** Unlinks the set's files of days before `day`. */
  dropBefore(setId: number, day: number): void {
    for (const old of this.days(setId)) {
      if (old < day) this.#unlink(fileName(setId, old));
    }
  }

  close(): void {
    for (const database of [...this.#writers.values(), ...this.#readers.values()]) database.close();
    this.#writers.clear();
    this.#readers.clear();
  }

  #names(): string[] {
    try {
      return readdirSync(this.#directory);
    } catch {
      return [];
    }
  }

  #reader(name: string): Database | null {
    const known = this.#readers.get(name);
    if (known !== undefined) return known;
    const path = join(this.#directory, name);
    // The writer may be about to make it: then nothing is in it yet.
    if (inspectFile(path, 'recent', 'header') !== 'current') return null;
    const database = openForReading(path, 'recent');
    this.#readers.set(name, database);
    return database;
  }

  #closeVanished(): void {
    const present = new Set(this.#names());
    for (const [name, database] of this.#readers) {
      if (present.has(name)) continue;
      database.close();
      this.#readers.delete(name);
    }
  }

  #unlink(name: string): void {
    for (const open of [this.#writers, this.#readers]) {
      open.get(name)?.close();
      open.delete(name);
    }
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(this.#directory, name + suffix), { force: true });
  }
}
