import type { Database } from 'better-sqlite3';
import type { Acceptance } from '../pipeline/alerts/acceptance.ts';

interface Row extends Omit<Acceptance, 'match'> {
  readonly matchers: string;
}

/** Table `acceptances`: what people said is normal, in the order in which they did. */
export class AcceptanceRepository {
  readonly #insert;
  readonly #of;
  readonly #deleteOld;

  constructor(database: Database) {
    this.#insert = database.prepare<[string, string | null, string, number, number, number]>(
      `INSERT INTO acceptances (detector, entity, matchers, from_step, to_step, effective_step)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#of = database.prepare<[string], Row>(
      `SELECT detector, entity, matchers, from_step AS fromStep, to_step AS toStep, effective_step AS effectiveStep
       FROM acceptances WHERE detector = ? ORDER BY id`,
    );
    this.#deleteOld = database.prepare<[string, number]>(
      'DELETE FROM acceptances WHERE detector = ? AND effective_step < ?',
    );
  }

  insert({ detector, entity, match, fromStep, toStep, effectiveStep }: Acceptance): void {
    this.#insert.run(detector, entity, JSON.stringify(match), fromStep, toStep, effectiveStep);
  }

  of(detector: string): Acceptance[] {
    return this.#of.all(detector).map(({ matchers, ...row }) => ({
      ...row,
      match: JSON.parse(matchers) as Acceptance['match'],
    }));
  }

  /** Drops what was said before a step. */
  deleteOld(detector: string, beforeStep: number): void {
    this.#deleteOld.run(detector, beforeStep);
  }
}
