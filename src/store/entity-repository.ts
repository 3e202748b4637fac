import type { Database } from 'better-sqlite3';
import type { Labels } from '../core/sample.ts';
import type { EntityRow } from '../pipeline/checkpoint.ts';
import type { FeatureSet } from './feature-set-repository.ts';

/** An entity as the kept rows know it. */
export interface EntityId {
  readonly id: number;
  readonly entity: string;
  /** Where its last checkpoint ends, `null` if it is not watched: a recent file may be ahead of that after a power failure. */
  readonly lastClosedStep: number | null;
}

interface Row {
  readonly entity_id: number;
  readonly entity: string;
  readonly labels: string;
  readonly cohort: string;
  readonly last_closed_step: number;
  readonly clock_ms: number;
  readonly partitions: string;
  readonly state: Buffer;
}

const SELECT_IDS = `SELECT i.id, i.entity, e.last_closed_step AS lastClosedStep FROM entity_ids i
  LEFT JOIN entities e ON e.entity_id = i.id`;

function entityOf(set: FeatureSet, row: Row): { id: number; row: EntityRow } {
  return {
    id: row.entity_id,
    row: {
      detector: set.detector,
      entity: row.entity,
      labels: JSON.parse(row.labels) as Labels,
      cohort: row.cohort,
      lastClosedStep: row.last_closed_step,
      clockMs: row.clock_ms,
      partitions: JSON.parse(row.partitions) as string[],
      state: new Uint8Array(row.state),
    },
  };
}

/** Tables `entity_ids` (names to numbers, also of entities that are gone) and `entities` (those being watched). */
export class EntityRepository {
  readonly #find;
  readonly #watched;
  readonly #insertId;
  readonly #ids;
  readonly #upsert;
  readonly #revive;
  readonly #deleteRow;
  readonly #markForgotten;
  readonly #rows;
  readonly #row;
  readonly #cohort;
  readonly #agedIds;
  readonly #deleteId;

  constructor(database: Database) {
    this.#find = database
      .prepare<[number, string], number>('SELECT id FROM entity_ids WHERE feature_set_id = ? AND entity = ?')
      .pluck();
    this.#watched = database.prepare<[number, string], EntityId>(
      `${SELECT_IDS} WHERE i.feature_set_id = ? AND i.entity = ?`,
    );
    this.#insertId = database.prepare<[number, string]>(
      'INSERT INTO entity_ids (feature_set_id, entity) VALUES (?, ?)',
    );
    this.#ids = database.prepare<[number], EntityId>(
      `${SELECT_IDS} WHERE i.feature_set_id = ? ORDER BY i.entity`,
    );
    this.#upsert = database.prepare<[number, string, string, number, number, string, Buffer]>(
      `INSERT INTO entities (entity_id, labels, cohort, last_closed_step, clock_ms, partitions, state)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (entity_id) DO UPDATE SET labels = excluded.labels, cohort = excluded.cohort,
         last_closed_step = excluded.last_closed_step,
         clock_ms = excluded.clock_ms, partitions = excluded.partitions, state = excluded.state`,
    );
    this.#revive = database.prepare<[number]>(
      'UPDATE entity_ids SET forgotten_ms = NULL WHERE id = ? AND forgotten_ms IS NOT NULL',
    );
    this.#deleteRow = database.prepare<[number]>('DELETE FROM entities WHERE entity_id = ?');
    this.#markForgotten = database.prepare<[number, number]>(
      'UPDATE entity_ids SET forgotten_ms = ? WHERE id = ?',
    );
    this.#rows = database.prepare<[number], Row>(
      `SELECT e.*, i.entity FROM entities e JOIN entity_ids i ON i.id = e.entity_id
       WHERE i.feature_set_id = ? ORDER BY i.entity`,
    );
    this.#row = database.prepare<[number, string], Row>(
      `SELECT e.*, i.entity FROM entities e JOIN entity_ids i ON i.id = e.entity_id
       WHERE i.feature_set_id = ? AND i.entity = ?`,
    );
    this.#cohort = database
      .prepare<[number, string], string>(
        `SELECT e.cohort FROM entities e JOIN entity_ids i ON i.id = e.entity_id
         WHERE i.feature_set_id = ? AND i.entity = ?`,
      )
      .pluck();
    this.#agedIds = database
      .prepare<[number, number], number>(
        'SELECT id FROM entity_ids WHERE feature_set_id = ? AND forgotten_ms < ?',
      )
      .pluck();
    this.#deleteId = database.prepare<[number]>('DELETE FROM entity_ids WHERE id = ?');
  }

  findId(set: FeatureSet, entity: string): number | null {
    return this.#find.get(set.id, entity) ?? null;
  }

  find(set: FeatureSet, entity: string): EntityId | null {
    return this.#watched.get(set.id, entity) ?? null;
  }

  idOf(set: FeatureSet, entity: string): number {
    return this.#find.get(set.id, entity) ?? Number(this.#insertId.run(set.id, entity).lastInsertRowid);
  }

  /** All that may still have kept rows, by name. */
  idsOf(setId: number): EntityId[] {
    return this.#ids.all(setId);
  }

  upsert(id: number, row: EntityRow): void {
    this.#revive.run(id);
    this.#upsert.run(
      id,
      JSON.stringify(row.labels),
      row.cohort,
      row.lastClosedStep,
      row.clockMs,
      JSON.stringify(row.partitions),
      Buffer.from(row.state.buffer, row.state.byteOffset, row.state.byteLength),
    );
  }

  /** Takes the entity from those being watched; its number stays for the history that is still kept. */
  forget(id: number, atMs: number): void {
    this.#deleteRow.run(id);
    this.#markForgotten.run(Number.isFinite(atMs) ? atMs : 0, id);
  }

  /** The cohort of an entity that is being watched. */
  cohortOf(set: FeatureSet, entity: string): string | undefined {
    return this.#cohort.get(set.id, entity);
  }

  /** The entities being watched, by name, with their numbers. */
  rowsOf(set: FeatureSet): { id: number; row: EntityRow }[] {
    return this.#rows.all(set.id).map((row) => entityOf(set, row));
  }

  /** One entity being watched; `undefined` if it is not. */
  rowOf(set: FeatureSet, entity: string): { id: number; row: EntityRow } | undefined {
    const row = this.#row.get(set.id, entity);
    return row === undefined ? undefined : entityOf(set, row);
  }

  /** Numbers of entities forgotten before `beforeMs`. */
  forgottenBefore(setId: number, beforeMs: number): number[] {
    return this.#agedIds.all(setId, beforeMs);
  }

  deleteId(id: number): void {
    this.#deleteRow.run(id);
    this.#deleteId.run(id);
  }
}
