import type { Database } from 'better-sqlite3';
import type { QuietWindow } from '../pipeline/alerts/quiet-window.ts';
import type { WindowChange } from '../pipeline/effects.ts';
import { parseExact, stringifyExact } from './number-json.ts';

/** Table `quiet_windows`. */
export class QuietWindowRepository {
  readonly #upsert;
  readonly #delete;
  readonly #all;
  readonly #deleteOld;

  constructor(database: Database) {
    this.#upsert = database.prepare<[string, string, number, string]>(
      'INSERT OR REPLACE INTO quiet_windows (id, kind, until_ms, body) VALUES (?, ?, ?, ?)',
    );
    this.#delete = database.prepare<[string]>('DELETE FROM quiet_windows WHERE id = ?');
    this.#all = database.prepare<[], { body: string }>('SELECT body FROM quiet_windows ORDER BY id');
    this.#deleteOld = database.prepare<[number, number]>(
      "DELETE FROM quiet_windows WHERE until_ms < CASE kind WHEN 'silence' THEN ? ELSE ? END",
    );
  }

  apply({ window, removed }: WindowChange): void {
    const { id, kind, untilMs } = window;
    if (removed) this.#delete.run(id);
    else this.#upsert.run(id, kind, untilMs, stringifyExact(window));
  }

  all(): QuietWindow[] {
    return this.#all.all().map(({ body }) => parseExact(body) as QuietWindow);
  }

  /** Drops what was over by then, Unix ms; silences, which come in number, by `silencesMs`. */
  deleteOld(beforeMs: number, silencesMs: number): void {
    this.#deleteOld.run(silencesMs, beforeMs);
  }
}
