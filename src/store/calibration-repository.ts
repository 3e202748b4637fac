import type { Database } from 'better-sqlite3';
import type { CalibrationRow } from '../pipeline/checkpoint.ts';

interface Row {
  readonly model_version: string;
  readonly up_to_step: number;
  readonly bytes: Buffer;
}

/** Table `calibrations`: score history by entity and model version. */
export class CalibrationRepository {
  readonly #upsert;
  readonly #of;
  readonly #deleteEntity;
  readonly #prune;

  constructor(database: Database) {
    this.#upsert = database.prepare<[number, string, number, Buffer]>(
      'INSERT OR REPLACE INTO calibrations (entity_id, model_version, up_to_step, bytes) VALUES (?, ?, ?, ?)',
    );
    this.#of = database.prepare<[number], Row>(
      'SELECT model_version, up_to_step, bytes FROM calibrations WHERE entity_id = ? ORDER BY up_to_step DESC',
    );
    this.#deleteEntity = database.prepare<[number]>('DELETE FROM calibrations WHERE entity_id = ?');
    this.#prune = database.prepare<[string, string]>(
      `DELETE FROM calibrations WHERE model_version = ? AND entity_id IN (SELECT i.id FROM entity_ids i
         JOIN feature_sets s ON s.id = i.feature_set_id WHERE s.detector = ?)`,
    );
  }

  upsert(entityId: number, row: CalibrationRow): void {
    const bytes = Buffer.from(row.bytes.buffer, row.bytes.byteOffset, row.bytes.byteLength);
    this.#upsert.run(entityId, row.modelVersion, row.upToStep, bytes);
  }

  /** The entity's row for `version`; without one, that which reaches furthest. */
  find(entityId: number, version: string | null): Omit<CalibrationRow, 'detector' | 'entity'> | null {
    const rows = this.#of.all(entityId);
    const row = rows.find((candidate) => candidate.model_version === version) ?? rows[0];
    if (row === undefined) return null;
    return { modelVersion: row.model_version, upToStep: row.up_to_step, bytes: new Uint8Array(row.bytes) };
  }

  deleteEntity(entityId: number): void {
    this.#deleteEntity.run(entityId);
  }

  /** Drops what was kept for a model version that is no more. */
  deleteVersion(detector: string, version: string): void {
    this.#prune.run(version, detector);
  }
}
