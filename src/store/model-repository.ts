import type { Database } from 'better-sqlite3';
import type { ModelActivation } from '../pipeline/effects.ts';

/**
 * `candidate`: trained, not in use yet; `retired`: was in use, or was imported; `rejected`: the promotion gate said no;
 * `rolled_back`: was in use until it was taken back. Each but the active one can be put to use.
 */
export type ModelStatus = 'candidate' | 'active' | 'retired' | 'rejected' | 'rolled_back';

/** One trained version. `card` is its model card as JSON text; `effectiveStep` where it last became active, in steps of `stepMs` (`null` where that is not known); `reason` why it has its status. */
export interface ModelRecord {
  readonly detector: string;
  readonly version: string;
  readonly path: string;
  readonly sha256: string;
  readonly card: string;
  readonly status: ModelStatus;
  readonly reason: string;
  readonly effectiveStep: number | null;
  readonly stepMs: number | null;
  readonly createdMs: number;
}

/** A version as it comes on record. */
export type NewModel = Omit<ModelRecord, 'effectiveStep' | 'stepMs'>;

interface ActivationRow {
  readonly detector: string;
  readonly version: string;
  readonly effective_step: number;
  readonly rolled_back_from: string | null;
  readonly reason: string;
}

function activationOf(row: ActivationRow): ModelActivation {
  const { detector, version, effective_step: effectiveStep, rolled_back_from: from, reason } = row;
  return { detector, version, effectiveStep, ...(from !== null && { rollback: { from, reason } }) };
}

const COLUMNS =
  'detector, version, path, sha256, card, status, reason, effective_step AS effectiveStep, step_ms AS stepMs, created_ms AS createdMs';

/** Tables `models` and `activations`. */
export class ModelRepository {
  readonly #insert;
  readonly #list;
  readonly #find;
  readonly #retire;
  readonly #setActive;
  readonly #setRolledBack;
  readonly #addActivation;
  readonly #activations;
  readonly #delete;

  constructor(database: Database) {
    this.#insert = database.prepare<[string, string, string, string, string, string, string, number]>(
      `INSERT INTO models (detector, version, path, sha256, card, status, reason, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
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
    this.#setActive = database.prepare<[number, number | null, string, string]>(
      `UPDATE models SET status = 'active', reason = '', effective_step = ?, step_ms = ? WHERE detector = ? AND version = ?`,
    );
    this.#setRolledBack = database.prepare<[string, string, string]>(
      `UPDATE models SET status = 'rolled_back', reason = ? WHERE detector = ? AND version = ? AND status <> 'active'`,
    );
    this.#addActivation = database.prepare<[string, number, string, string | null, string, number | null]>(
      `INSERT OR REPLACE INTO activations (detector, effective_step, version, rolled_back_from, reason, step_ms)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#activations = database.prepare<[string], ActivationRow>(
      `SELECT detector, version, effective_step, rolled_back_from, reason FROM activations WHERE detector = ?
       ORDER BY step_ms IS NOT NULL, effective_step * step_ms, effective_step`,
    );
    this.#delete = database.prepare<[string, string]>(
      'DELETE FROM models WHERE detector = ? AND version = ?',
    );
  }

  /** A version that is there already keeps its status. */
  insert(model: NewModel): void {
    const { detector, version, path, sha256, card, status, reason, createdMs } = model;
    this.#insert.run(detector, version, path, sha256, card, status, reason, createdMs);
  }

  /** Makes a version the detector's active one from `effectiveStep` (of `stepMs`) on; the one before is retired, or rolled back. */
  activate({ detector, version, effectiveStep, rollback }: ModelActivation, stepMs: number | null): void {
    const { from = null, reason = '' } = rollback ?? {};
    this.#addActivation.run(detector, effectiveStep, version, from, reason, stepMs);
    // A replay repeats old activations: only the newest one decides.
    if (this.#activations.all(detector).at(-1)?.effective_step !== effectiveStep) return;
    this.#retire.run(detector, version);
    this.#setActive.run(effectiveStep, stepMs, detector, version);
    if (from !== null) this.#setRolledBack.run(reason, detector, from);
  }

  activations(detector: string): ModelActivation[] {
    return this.#activations.all(detector).map(activationOf);
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
