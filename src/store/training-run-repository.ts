import type { Database } from 'better-sqlite3';

/** The outcome of one that is under way, or whose process has died. */
const STARTED = 'started';

/** One training as it ended. `outcome` is from the trainer's closed list; `detail` one sentence for people. */
export interface TrainingRun {
  readonly detector: string;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly outcome: string;
  readonly detail: string;
}

const KEPT = 100;

/** Table `training_runs`: the last hundred of each detector. A row is there from the beginning of a run on. */
export class TrainingRunRepository {
  readonly #insert;
  readonly #started;
  readonly #fail;
  readonly #list;
  readonly #shrink;

  constructor(database: Database) {
    this.#insert = database.prepare<[string, number, number, string, string]>(
      'INSERT OR REPLACE INTO training_runs (detector, started_ms, ended_ms, outcome, detail) VALUES (?, ?, ?, ?, ?)',
    );
    this.#list = database.prepare<[string, number], TrainingRun>(
      `SELECT detector, started_ms AS startedMs, ended_ms AS endedMs, outcome, detail FROM training_runs
       WHERE detector = ? AND outcome <> '${STARTED}' ORDER BY started_ms DESC LIMIT ?`,
    );
    this.#started = database.prepare<[], Pick<TrainingRun, 'detector' | 'startedMs'>>(
      `SELECT detector, started_ms AS startedMs FROM training_runs WHERE outcome = '${STARTED}'`,
    );
    this.#fail = database.prepare<[string]>(
      `UPDATE training_runs SET outcome = 'failed', detail = ? WHERE outcome = '${STARTED}'`,
    );
    this.#shrink = database.prepare<[string, string, number]>(
      `DELETE FROM training_runs WHERE detector = ? AND id NOT IN
         (SELECT id FROM training_runs WHERE detector = ? ORDER BY started_ms DESC LIMIT ?)`,
    );
  }

  insert({ detector, startedMs, endedMs, outcome, detail }: TrainingRun): void {
    this.#insert.run(detector, startedMs, endedMs, outcome, detail);
    this.#shrink.run(detector, detector, KEPT);
  }

  /** A run is under way; `insert` ends it. */
  start(detector: string, startedMs: number): void {
    this.#insert.run(detector, startedMs, startedMs, STARTED, '');
  }

  /** Runs that were begun and not ended. */
  unended(): Pick<TrainingRun, 'detector' | 'startedMs'>[] {
    return this.#started.all();
  }

  /** Ends these as failed. */
  failUnended(detail: string): void {
    this.#fail.run(detail);
  }

  /** Those that have ended, newest first. */
  list(detector: string, limit: number): TrainingRun[] {
    return this.#list.all(detector, limit);
  }
}
