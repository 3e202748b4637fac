import type { Database } from 'better-sqlite3';
import type { AlertKind, AlertTransition } from '../pipeline/effects.ts';

/** One change of an alert's state as it is kept. */
export interface TransitionRecord {
  readonly alertId: string;
  readonly detector: string;
  readonly entity: string;
  readonly kind: AlertKind;
  readonly from: AlertTransition['from'];
  readonly to: AlertTransition['to'];
  readonly step: number;
}

/** Table `alert_transitions`: every change of state, also of alerts that ended unconfirmed. */
export class TransitionRepository {
  readonly #insert;
  readonly #all;
  readonly #deleteOld;

  constructor(database: Database) {
    this.#insert = database.prepare<[string, string, string | null, number, string, string, string, number]>(
      `INSERT OR IGNORE INTO alert_transitions
         (alert_id, to_state, from_state, step, detector, entity, kind, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#all = database.prepare<[string], TransitionRecord>(
      `SELECT alert_id AS alertId, detector, entity, kind, from_state AS "from", to_state AS "to", step
       FROM alert_transitions WHERE detector = ?
       ORDER BY at_ms, alert_id, CASE to_state WHEN 'pending' THEN 0 WHEN 'firing' THEN 1 ELSE 2 END`,
    );
    this.#deleteOld = database.prepare<[string, number]>(
      'DELETE FROM alert_transitions WHERE detector = ? AND at_ms < ?',
    );
  }

  insert(transition: AlertTransition, stepMs: number): void {
    const { alert, from, to, step } = transition;
    this.#insert.run(alert.id, to, from, step, alert.detector, alert.entity, alert.kind, step * stepMs);
  }

  /** A detector's transitions in event time. */
  list(detector: string): TransitionRecord[] {
    return this.#all.all(detector);
  }

  deleteOld(detector: string, beforeMs: number): void {
    this.#deleteOld.run(detector, beforeMs);
  }
}
