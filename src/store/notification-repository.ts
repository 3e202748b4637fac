import type { Database } from 'better-sqlite3';
import type { AlertNotification } from '../pipeline/effects.ts';

/** What people were told, or would have been told (`deliver` false). */
export interface NotificationRecord {
  readonly alertId: string;
  readonly detector: string;
  readonly entity: string;
  readonly event: AlertNotification['event'];
  readonly atMs: number;
  readonly deliver: boolean;
}

interface Row extends Omit<NotificationRecord, 'deliver'> {
  readonly deliver: number;
}

/** Table `notifications`. */
export class NotificationRepository {
  readonly #insert;
  readonly #since;
  readonly #deleteOld;

  constructor(database: Database) {
    this.#insert = database.prepare<[string, string, string, string, number, number]>(
      `INSERT OR IGNORE INTO notifications (alert_id, event, detector, entity, at_ms, deliver)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#since = database.prepare<[string, number], Row>(
      `SELECT alert_id AS alertId, detector, entity, event, at_ms AS atMs, deliver FROM notifications
       WHERE detector = ? AND at_ms >= ? ORDER BY at_ms, alert_id`,
    );
    this.#deleteOld = database.prepare<[string, number]>(
      'DELETE FROM notifications WHERE detector = ? AND at_ms < ?',
    );
  }

  insert({ alert, event, atMs, deliver }: AlertNotification): void {
    this.#insert.run(alert.id, event, alert.detector, alert.entity, atMs, deliver ? 1 : 0);
  }

  /** A detector's notifications from `sinceMs` (event time) on, oldest first. */
  since(detector: string, sinceMs: number): NotificationRecord[] {
    return this.#since.all(detector, sinceMs).map((row) => ({ ...row, deliver: row.deliver !== 0 }));
  }

  deleteOld(detector: string, beforeMs: number): void {
    this.#deleteOld.run(detector, beforeMs);
  }
}
