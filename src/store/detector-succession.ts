import type { Database } from 'better-sqlite3';

/** What is kept under a detector's name and means nothing to another one; its alerts and trainings stay on record. */
const OWN = ['activations', 'models', 'budget_refits', 'calibration_exclusions', 'acceptances'] as const;

/** What is known of a detector, over all tables: when another takes its place, or when it is given up. */
export class DetectorSuccession {
  readonly #delete;
  readonly #rename;
  readonly #renameRuns;
  readonly #retireSets;
  readonly #renameSets;

  constructor(database: Database) {
    const runs = (sql: string) => database.prepare<[string]>(sql);
    const moves = (sql: string) => database.prepare<[string, string]>(sql);
    this.#delete = OWN.map((table) => runs(`DELETE FROM ${table} WHERE detector = ?`));
    this.#rename = OWN.map((table) => moves(`UPDATE ${table} SET detector = ? WHERE detector = ?`));
    // One under way is ended under the name that it was begun with.
    this.#renameRuns = moves(
      "UPDATE OR IGNORE training_runs SET detector = ? WHERE detector = ? AND outcome <> 'started'",
    );
    // Under a name of no detector: housekeeping drops them with their rows when they have grown old.
    this.#retireSets = runs("UPDATE feature_sets SET detector = detector || '~' || id WHERE detector = ?");
    this.#renameSets = moves('UPDATE feature_sets SET detector = ? WHERE detector = ?');
  }

  /** Forgets what a detector has learned; to be called inside a transaction. */
  drop(detector: string): void {
    for (const statement of this.#delete) statement.run(detector);
    this.#retireSets.run(detector);
  }

  /** Lets `successor` take the place of `detector`, with all that it has learned under its own name; to be called inside a transaction. */
  succeed(detector: string, successor: string): void {
    this.drop(detector);
    for (const statement of this.#rename) statement.run(detector, successor);
    this.#renameRuns.run(detector, successor);
    this.#renameSets.run(detector, successor);
  }
}
