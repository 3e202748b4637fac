import type { Database } from 'better-sqlite3';
import type { ModelActivation } from '../pipeline/effects.ts';

/** `candidate`: trained, not in use yet; `retired`: was in use, can be put back; `rejected`: the promotion gate said no. */
export type ModelStatus = 'candidate' | 'active' | 'retired' | 'rejected';

/** One trained version. `card` is its model card as JSON text; `effectiveStep` where it last became active. */
export interface ModelRecord {
  readonly detector: string;
  readonly version: string;
  readonly path: string;
  readonly sha256: string;
  readonly card: string;
  readonly status: ModelStatus;
  readonly effectiveStep: number | null;
  readonly createdMs: number;
}

const COLUMNS =
  'detector, version, path, sha256, card, status, effective_step AS effectiveStep, created_ms AS createdMs';

/** Tables `models` and `activations`. */
export class ModelRepository {
  readonly #insert;
  readonly #list;
  readonly #find;
  readonly #retire;
  readonly #setActive;
  readonly #addActivation;
  readonly #activations;
  readonly #delete;

  constructor(database: Database) {
    this.#insert = database.prepare<[string, string, string, string, string, string, number]>(
      `INSERT INTO models (detector, version, path, sha256, card, status, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (detector, version) DO UPDATE SET path = excluded.path, sha256 = excluded.sha256,
         card = excluded.card`,
    );
    this.#list = database.prepare<[string], ModelRecord>(
      `SELECT ${COLUMNS} FROM models WHERE detector = ? ORDER BY created_ms DESC, rowid DESC`,
    );
    this.#find = database.prepare<[string, string], ModelRecord>(
      `SELECT ${COLUMNS} FROM models WHERE detector = ? AND version = ?`,
    );
    this.#retire = database.prepare<[string, string]>(
      `UPDATE models SET status = 'retired' WHERE detector = ? AND status = 'active' AND version <> ?`,
    );
    this.#setActive = database.prepare<[number, string, string]>(
      `UPDATE models SET status = 'active', effective_step = ? WHERE detector = ? AND version = ?`,
    );
    this.#addActivation = database.prepare<[string, number, string]>(
      'INSERT OR REPLACE INTO activations (detector, effective_step, version) VALUES (?, ?, ?)',
    );
    this.#activations = database.prepare<[string], ModelActivation>(
      `SELECT detector, version, effective_step AS effectiveStep FROM activations WHERE detector = ?
       ORDER BY effective_step`,
    );
    this.#delete = database.prepare<[string, string]>(
      'DELETE FROM models WHERE detector = ? AND version = ?',
    );
  }

  /** A version that is there already keeps its status. */
  insert(model: Omit<ModelRecord, 'effectiveStep'>): void {
    const { detector, version, path, sha256, card, status, createdMs } = model;
    this.#insert.run(detector, version, path, sha256, card, status, createdMs);
  }

  /** Makes a version the detector's active one from `effectiveStep` on; the one before is retired. */
  activate({ detector, version, effectiveStep }: ModelActivation): void {
    this.#addActivation.run(detector, effectiveStep, version);
    // A replay repeats old activations: only the newest one decides.
    if (this.#activations.all(detector).at(-1)?.effectiveStep !== effectiveStep) return;
    this.#retire.run(detector, version);
    this.#setActive.run(effectiveStep, detector, version);
  }

  activations(detector: string): ModelActivation[] {
    return this.#activations.all(detector);
  }

  /** Newest first. */
  list(detector: string): ModelRecord[] {
    return this.#list.all(detector);
  }

  find(detector: string, version: string): ModelRecord | null {
    return this.#find.get(detector, version) ?? null;
  }

  /** Deletes all rows but the active one and, of the others, the `keep` newest usable and the `keep` newest rejected. */
  prune(detector: string, keep: number): ModelRecord[] {
    const others = this.list(detector).filter((model) => model.status !== 'active');
    const rejected = others.filter((model) => model.status === 'rejected').slice(keep);
    const usable = others.filter((model) => model.status !== 'rejected').slice(keep);
    const pruned = [...usable, ...rejected];
    for (const { version } of pruned) this.#delete.run(detector, version);
    return pruned;
  }
}
