import type { Database } from 'better-sqlite3';
import type { DeadLetter } from '../core/records.ts';

/** How often a reason stands in the ring, with its newest case. */
export interface DeadLetterReason {
  readonly source: string;
  readonly reason: string;
  readonly count: number;
  readonly newest: DeadLetter;
}

/** A letter with its place in the ring: ids rise by one, so that a gap is what the ring has lost. */
export interface NumberedLetter {
  readonly id: number;
  readonly letter: DeadLetter;
}

/** How much is taken at once. */
export interface LetterBatch {
  readonly count: number;
  readonly bytes: number;
}

/** The ring's bounds. */
export interface DeadLetterBounds {
  readonly maxCount: number;
  readonly maxBytes: number;
}

const COLUMNS = 'source, topic, partition, "offset", reason, detail, bytes';
const DELETED_AT_ONCE = 64;

interface ReasonRow extends DeadLetter {
  readonly count: number;
}

function letterOf(row: DeadLetter): DeadLetter {
  const { source, topic, partition, offset, reason, detail, bytes } = row;
  return { source, topic, partition, offset, reason, detail, bytes: new Uint8Array(bytes) };
}

/** Table `dead_letters`: a ring of the newest ones. Bytes of one letter are cut to a sixteenth of the ring's. */
export class DeadLetterRepository {
  readonly #bounds: DeadLetterBounds;
  readonly #insert;
  readonly #totals;
  readonly #oldest;
  readonly #delete;
  readonly #newest;
  readonly #reasons;
  readonly #after;
  #held: { count: number; bytes: number } | null = null;

  constructor(database: Database, bounds: DeadLetterBounds) {
    this.#bounds = bounds;
    this.#insert = database.prepare<[string, string, number, number, string, string, Buffer]>(
      `INSERT OR IGNORE INTO dead_letters (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#totals = database.prepare<[], { count: number; bytes: number }>(
      'SELECT count(*) AS count, coalesce(sum(length(bytes)), 0) AS bytes FROM dead_letters',
    );
    this.#oldest = database.prepare<[number], { id: number; bytes: number }>(
      'SELECT id, length(bytes) AS bytes FROM dead_letters ORDER BY id LIMIT ?',
    );
    this.#delete = database.prepare<[number]>('DELETE FROM dead_letters WHERE id = ?');
    this.#newest = database.prepare<[number], DeadLetter>(
      `SELECT ${COLUMNS} FROM dead_letters ORDER BY id DESC LIMIT ?`,
    );
    this.#after = database.prepare<[number, number], DeadLetter & { readonly id: number }>(
      `SELECT id, ${COLUMNS} FROM dead_letters WHERE id > ? ORDER BY id LIMIT ?`,
    );
    this.#reasons = database.prepare<[number], ReasonRow>(
      `SELECT d.source, d.topic, d.partition, d."offset", d.reason, d.detail, d.bytes, g.count FROM dead_letters d
       JOIN (SELECT max(id) AS id, count(*) AS count FROM dead_letters GROUP BY source, reason) g ON g.id = d.id
       ORDER BY g.count DESC, d.reason LIMIT ?`,
    );
  }

  /** Of more than the ring can hold only the newest are written. */
  insert(letters: readonly DeadLetter[]): void {
    if (letters.length === 0) return;
    const held = (this.#held ??= this.#totals.get() ?? { count: 0, bytes: 0 });
    const newest = letters.slice(-this.#bounds.maxCount);
    for (const { source, topic, partition, offset, reason, detail, bytes } of newest) {
      const kept = Buffer.from(bytes.subarray(0, Math.floor(this.#bounds.maxBytes / 16)));
      const { changes } = this.#insert.run(source, topic, partition, offset, reason, detail, kept);
      held.count += changes;
      held.bytes += changes * kept.length;
    }
    this.#shrink(held);
  }

  /** Those that came after the one with this id, oldest first, within `most`, at least one. */
  after(id: number, most: LetterBatch): NumberedLetter[] {
    const letters: NumberedLetter[] = [];
    let bytes = 0;
    for (const row of this.#after.iterate(id, most.count)) {
      bytes += row.bytes.length;
      if (letters.length > 0 && bytes > most.bytes) break;
      letters.push({ id: row.id, letter: letterOf(row) });
    }
    return letters;
  }

  /** Newest first. */
  newest(limit: number): DeadLetter[] {
    return this.#newest.all(limit).map(letterOf);
  }

  /** Most frequent first. */
  topReasons(limit: number): DeadLetterReason[] {
    return this.#reasons
      .all(limit)
      .map((row) => ({ source: row.source, reason: row.reason, count: row.count, newest: letterOf(row) }));
  }

  /** To be called when a transaction was rolled back. */
  reset(): void {
    this.#held = null;
  }

  #shrink(held: { count: number; bytes: number }): void {
    const { maxCount, maxBytes } = this.#bounds;
    while (held.count > maxCount || held.bytes > maxBytes) {
      for (const { id, bytes } of this.#oldest.all(DELETED_AT_ONCE)) {
        if (held.count <= maxCount && held.bytes <= maxBytes) return;
        this.#delete.run(id);
        held.count--;
        held.bytes -= bytes;
      }
    }
  }
}
