import type { Database } from 'better-sqlite3';

/** Table `meta`: the store's own id, the number of its last checkpoint, and what is decided once and kept. */
export class MetaRepository {
  readonly #get;
  readonly #set;

  constructor(database: Database) {
    this.#get = database.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck();
    this.#set = database.prepare<[string, string]>('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)');
  }

  storeId(): string {
    return this.#get.get('store_id') ?? '';
  }

  setStoreId(storeId: string): void {
    this.#set.run('store_id', storeId);
  }

  /** What was noted under a name, `null` if nothing was. */
  note(name: string): string | null {
    return this.#get.get(`note:${name}`) ?? null;
  }

  setNote(name: string, text: string): void {
    this.#set.run(`note:${name}`, text);
  }

  /** Checkpoints applied so far. */
  sequence(): number {
    return Number(this.#get.get('sequence') ?? 0);
  }

  setSequence(sequence: number): void {
    this.#set.run('sequence', String(sequence));
  }
}
