import type { Database } from 'better-sqlite3';
import type { AlertBudget } from '../core/detector.ts';
import type { Incident, IncidentUpdate, OpenIncident } from '../pipeline/alerts/incident.ts';
import type { Alert } from '../pipeline/effects.ts';
import { parseExact, stringifyExact } from './number-json.ts';

/** An incident as it is kept; `stepMs` turns its steps into times. */
export interface IncidentRecord {
  readonly incident: Incident;
  readonly stepMs: number;
}

/** Absent members don't filter; `open`: not resolved. */
export interface IncidentQuery {
  readonly detector?: string;
  readonly state?: 'open' | 'resolved';
  readonly limit?: number;
}

interface Row {
  readonly body: string;
  readonly stepMs: number;
}

interface ListBinding {
  readonly detector: string | null;
  readonly state: 'open' | 'resolved' | null;
  readonly limit: number;
}

const COLUMNS = 'body, step_ms AS stepMs';

/** Tables `incidents` and `incident_members`. */
export class IncidentRepository {
  readonly #upsert;
  readonly #join;
  readonly #list;
  readonly #show;
  readonly #members;
  readonly #countAgainstBudget;
  readonly #countByEntity;
  readonly #deleteOld;
  readonly #deleteMembers;

  constructor(database: Database) {
    this.#upsert = database.prepare<[string, string, string, number, number, number, string]>(
      `INSERT INTO incidents (id, detector, state, deliver, step_ms, opened_ms, body) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, body = excluded.body`,
    );
    this.#join = database.prepare<[string, string]>(
      'INSERT OR REPLACE INTO incident_members (alert_id, incident_id) VALUES (?, ?)',
    );
    this.#list = database.prepare<[ListBinding], Row>(
      `SELECT ${COLUMNS} FROM incidents
       WHERE (:detector IS NULL OR detector = :detector)
         AND (:state IS NULL OR (state = 'resolved') = (:state = 'resolved'))
       ORDER BY opened_ms DESC, sequence DESC LIMIT :limit`,
    );
    this.#show = database.prepare<[string], Row>(`SELECT ${COLUMNS} FROM incidents WHERE id = ?`);
    this.#members = database.prepare<[string], { body: string }>(
      `SELECT a.body FROM incident_members m JOIN alerts a ON a.id = m.alert_id
       WHERE m.incident_id = ? ORDER BY a.started_ms, a.id`,
    );
    this.#countAgainstBudget = database.prepare<[string, number], { count: number }>(
      `SELECT count(*) AS count FROM incidents i
       WHERE i.detector = ? AND i.opened_ms >= ? AND i.deliver = 1 AND json_extract(i.body, '$.fault') IS NULL AND NOT EXISTS (
         SELECT 1 FROM incident_members m JOIN alerts a ON a.id = m.alert_id
         WHERE m.incident_id = i.id AND a.label = 'real')`,
    );
    this.#countByEntity = database.prepare<[string, number], { count: number }>(
      `SELECT count(*) AS count FROM (
         SELECT 1 FROM incidents i JOIN incident_members m ON m.incident_id = i.id JOIN alerts a ON a.id = m.alert_id
         WHERE i.detector = ? AND i.opened_ms >= ? AND i.deliver = 1 AND json_extract(i.body, '$.fault') IS NULL
         GROUP BY i.id, a.entity HAVING sum(coalesce(a.label, '') = 'real') = 0)`,
    );
    this.#deleteOld = database.prepare<[string, number]>(
      `DELETE FROM incidents WHERE detector = ? AND state = 'resolved' AND opened_ms < ? AND NOT EXISTS (
         SELECT 1 FROM incident_members m JOIN alerts a ON a.id = m.alert_id WHERE m.incident_id = incidents.id)`,
    );
    this.#deleteMembers = database.prepare<[]>(
      'DELETE FROM incident_members WHERE alert_id NOT IN (SELECT id FROM alerts)',
    );
  }

  apply({ incident, joined }: IncidentUpdate, stepMs: number): void {
    const { id, detector, state, deliver, openedStep } = incident;
    const openedMs = openedStep * stepMs;
    this.#upsert.run(id, detector, state, deliver ? 1 : 0, stepMs, openedMs, stringifyExact(incident));
    for (const alertId of joined) this.#join.run(alertId, id);
  }

  /** Newest first. */
  list({ detector, state, limit }: IncidentQuery): IncidentRecord[] {
    return this.#list
      .all({ detector: detector ?? null, state: state ?? null, limit: limit ?? -1 })
      .map(recordOf);
  }

  show(id: string): IncidentRecord | null {
    const row = this.#show.get(id);
    return row === undefined ? null : recordOf(row);
  }

  /** Its alerts as their last transitions left them, oldest first. */
  members(id: string): Alert[] {
    return this.#members.all(id).map(({ body }) => parseExact(body) as Alert);
  }

  /** Those that are not over, of whatever detector, with their alerts. */
  open(): OpenIncident[] {
    return this.list({ state: 'open' }).map(({ incident }) => ({
      incident,
      alerts: this.members(incident.id),
    }));
  }

  /**
   * Delivered incidents that opened from `sinceMs` (event time) on, without a member that is labelled real; faults of the
   * telemetry, which no threshold is behind, are none of them. Of a budget of
   * each entity: once for each entity that is part of them and whose own alerts are not labelled real.
   */
  countAgainstBudget(detector: string, sinceMs: number, scope: AlertBudget['scope']): number {
    const counted = scope === 'entity' ? this.#countByEntity : this.#countAgainstBudget;
    return counted.get(detector, sinceMs)?.count ?? 0;
  }

  /** Drops resolved incidents that opened before an event time and of whose alerts none is left. */
  deleteOld(detector: string, beforeMs: number): void {
    this.#deleteOld.run(detector, beforeMs);
    this.#deleteMembers.run();
  }
}

function recordOf({ body, stepMs }: Row): IncidentRecord {
  return { incident: parseExact(body) as Incident, stepMs };
}
