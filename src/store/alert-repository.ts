import type { Database } from 'better-sqlite3';
import type { Alert, AlertState, AlertTransition } from '../pipeline/effects.ts';
import { parseExact, stringifyExact } from './number-json.ts';

/** What an operator said an alert was. */
export type AlertLabel = 'real' | 'planned' | 'false';

/** An alert as it is kept. `startedMs`: event time of its first step over; `stepMs` turns its other steps into times. */
export interface AlertRecord {
  readonly alert: Alert;
  readonly label: AlertLabel | null;
  /** A notification of it was meant for delivery (not in observe mode, while provisional or when too old). */
  readonly delivered: boolean;
  readonly startedMs: number;
  readonly stepMs: number;
  /** The incident that it is told with; `null` for one that did not fire, and of earlier versions. */
  readonly incidentId: string | null;
}

/** Absent members don't filter; `open` = pending or firing. */
export interface AlertQuery {
  readonly detector?: string;
  readonly entity?: string;
  readonly state?: AlertState | 'open';
  readonly incident?: string;
  readonly limit?: number;
}

interface Row {
  readonly body: string;
  readonly label: AlertLabel | null;
  readonly delivered: number;
  readonly started_ms: number;
  readonly step_ms: number;
  readonly incident_id: string | null;
}

const COLUMNS = `body, label, delivered, started_ms, step_ms,
  (SELECT incident_id FROM incident_members WHERE alert_id = alerts.id) AS incident_id`;

function recordOf(row: Row): AlertRecord {
  return {
    alert: parseExact(row.body) as Alert,
    label: row.label,
    delivered: row.delivered !== 0,
    startedMs: row.started_ms,
    stepMs: row.step_ms,
    incidentId: row.incident_id,
  };
}

/** Table `alerts`: each alert as its last transition left it. Those that ended unconfirmed are kept out of sight. */
export class AlertRepository {
  readonly #database: Database;
  readonly #upsert;
  readonly #show;
  readonly #open;
  readonly #label;
  readonly #delivered;
  readonly #deleteOld;

  constructor(database: Database) {
    this.#database = database;
    this.#upsert = database.prepare<[string, string, string, string, number, number, string]>(
      `INSERT INTO alerts (id, detector, entity, state, step_ms, started_ms, body) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, body = excluded.body`,
    );
    this.#show = database.prepare<[string], Row>(`SELECT ${COLUMNS} FROM alerts WHERE id = ?`);
    this.#open = database.prepare<[string, string], Row>(
      `SELECT ${COLUMNS} FROM alerts WHERE detector = ? AND entity = ? AND state IN ('pending', 'firing')
       ORDER BY started_ms DESC LIMIT 4`,
    );
    this.#label = database.prepare<[AlertLabel, string]>('UPDATE alerts SET label = ? WHERE id = ?');
    this.#delivered = database.prepare<[string]>('UPDATE alerts SET delivered = 1 WHERE id = ?');
    this.#deleteOld = database.prepare<[string, number, number]>(
      `DELETE FROM alerts WHERE detector = ? AND label IS NULL AND state NOT IN ('pending', 'firing')
         AND started_ms < CASE state WHEN 'discarded' THEN ? ELSE ? END`,
    );
  }

  apply(transition: AlertTransition, stepMs: number): void {
    const { alert, to } = transition;
    const startedMs = alert.firstStepOver * stepMs;
    this.#upsert.run(alert.id, alert.detector, alert.entity, to, stepMs, startedMs, stringifyExact(alert));
  }

  markDelivered(id: string): void {
    this.#delivered.run(id);
  }

  /** Newest first. */
  list(query: AlertQuery): AlertRecord[] {
    const conditions = ["state <> 'discarded'"];
    const values: (string | number)[] = [];
    if (query.detector !== undefined) {
      conditions.push('detector = ?');
      values.push(query.detector);
    }
    if (query.entity !== undefined) {
      conditions.push('entity = ?');
      values.push(query.entity);
    }
    if (query.incident !== undefined) {
      conditions.push('id IN (SELECT alert_id FROM incident_members WHERE incident_id = ?)');
      values.push(query.incident);
    }
    if (query.state === 'open') conditions.push("state IN ('pending', 'firing')");
    else if (query.state !== undefined) {
      conditions.push('state = ?');
      values.push(query.state);
    }
    // To SQLite a negative limit is none; an infinite one is an error.
    values.push(Number.isFinite(query.limit) ? (query.limit ?? -1) : -1);
    const where = conditions.join(' AND ');
    return this.#database
      .prepare<(string | number)[], Row>(
        `SELECT ${COLUMNS} FROM alerts WHERE ${where} ORDER BY started_ms DESC, rowid DESC LIMIT ?`,
      )
      .all(...values)
      .map(recordOf);
  }

  show(id: string): AlertRecord | null {
    const row = this.#show.get(id);
    return row === undefined ? null : recordOf(row);
  }

  /** The entity's alerts that are pending or firing, newest first: one of its score, beside it a shift that was laid aside, an absence and a flatline. */
  openOf(detector: string, entity: string): Alert[] {
    return this.#open.all(detector, entity).map((row) => recordOf(row).alert);
  }

  /** Answers false if there is no such alert. */
  label(id: string, label: AlertLabel): boolean {
    return this.#label.run(label, id).changes > 0;
  }

  /** Drops unlabelled alerts that are over and began before these event times. */
  deleteOld(detector: string, before: { readonly discardedMs: number; readonly resolvedMs: number }): void {
    this.#deleteOld.run(detector, before.discardedMs, before.resolvedMs);
  }
}
