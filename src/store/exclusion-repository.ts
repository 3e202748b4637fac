import type { Database } from 'better-sqlite3';
import type { CalibrationExclusion } from '../pipeline/scoring/calibration-exclusion.ts';

/** Table `calibration_exclusions`. */
export class ExclusionRepository {
  readonly #upsert;
  readonly #of;
  readonly #deleteOld;

  constructor(database: Database) {
    this.#upsert = database.prepare<[string, string, number, number, number, number]>(
      `INSERT OR REPLACE INTO calibration_exclusions (detector, entity, from_step, to_step, effective_step, alerts)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#of = database.prepare<[string], CalibrationExclusion>(
      `SELECT detector, entity, from_step AS fromStep, to_step AS toStep, effective_step AS effectiveStep, alerts
       FROM calibration_exclusions WHERE detector = ? ORDER BY effective_step, entity, from_step, to_step`,
    );
    this.#deleteOld = database.prepare<[string, number]>(
      'DELETE FROM calibration_exclusions WHERE detector = ? AND to_step < ?',
    );
  }

  insert({ detector, entity, fromStep, toStep, effectiveStep, alerts }: CalibrationExclusion): void {
    this.#upsert.run(detector, entity, fromStep, toStep, effectiveStep, alerts);
  }

  of(detector: string): CalibrationExclusion[] {
    return this.#of.all(detector);
  }

  /** Drops what ended before a step. */
  deleteOld(detector: string, beforeStep: number): void {
    this.#deleteOld.run(detector, beforeStep);
  }
}
