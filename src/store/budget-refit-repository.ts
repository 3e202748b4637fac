import type { Database } from 'better-sqlite3';
import type { BudgetRefit } from '../pipeline/scoring/budget-refit.ts';

/** Each row holds its four weeks itself, so few are enough: those that steps still open may need. */
const KEPT = 8;

/** Table `budget_refits`. */
export class BudgetRefitRepository {
  readonly #upsert;
  readonly #deleteOld;
  readonly #of;

  constructor(database: Database) {
    this.#upsert = database.prepare<[string, number, number, string]>(
      'INSERT OR REPLACE INTO budget_refits (detector, at_ms, effective_step, body) VALUES (?, ?, ?, ?)',
    );
    this.#deleteOld = database.prepare<[string, string, number]>(
      `DELETE FROM budget_refits WHERE detector = ? AND at_ms NOT IN
         (SELECT at_ms FROM budget_refits WHERE detector = ? ORDER BY at_ms DESC LIMIT ?)`,
    );
    this.#of = database.prepare<[string], { body: string }>(
      'SELECT body FROM budget_refits WHERE detector = ? ORDER BY at_ms',
    );
  }

  insert(refit: BudgetRefit): void {
    const { detector, atMs, effectiveStep } = refit;
    this.#upsert.run(detector, atMs, effectiveStep, JSON.stringify(refit));
    this.#deleteOld.run(detector, detector, KEPT);
  }

  /** Oldest first. */
  of(detector: string): BudgetRefit[] {
    return this.#of.all(detector).map(({ body }) => JSON.parse(body) as BudgetRefit);
  }
}
