import type { Database } from 'better-sqlite3';
import type { NewOutboxRow, OutboxMark, OutboxRow } from '../core/outbox.ts';

/** Finished rows that are kept for people to look at. */
const FINISHED_KEPT = 10_000;

const COLUMNS = `id, channel, alert_id AS alertId, idempotency_key AS idempotencyKey, body, created_ms AS createdMs,
  attempts, next_attempt_ms AS nextAttemptMs, status, last_error AS lastError,
  delivered_ms AS deliveredMs`;

/** Table `outbox`, in the order in which the rows were made. */
export class OutboxRepository {
  readonly #insert;
  readonly #pending;
  readonly #counts;
  readonly #ofAlert;
  readonly #delivered;
  readonly #postponed;
  readonly #dead;
  readonly #deleteOld;

  constructor(database: Database) {
    this.#insert = database.prepare<[string, string, string, string, string, number, number]>(
      `INSERT INTO outbox (id, channel, alert_id, idempotency_key, body, created_ms, next_attempt_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#pending = database.prepare<[string, number], OutboxRow>(
      `SELECT ${COLUMNS} FROM outbox WHERE status = 'pending' AND channel = ? ORDER BY sequence LIMIT ?`,
    );
    this.#counts = database.prepare<[], { channel: string; count: number }>(
      `SELECT channel, count(*) AS count FROM outbox WHERE status = 'pending' GROUP BY channel ORDER BY channel`,
    );
    this.#ofAlert = database.prepare<[string], OutboxRow>(
      `SELECT ${COLUMNS} FROM outbox WHERE alert_id = ? ORDER BY sequence`,
    );
    this.#delivered = database.prepare<[number, number, string]>(
      `UPDATE outbox SET status = 'delivered', attempts = ?, delivered_ms = ?, last_error = NULL WHERE id = ?`,
    );
    this.#postponed = database.prepare<[number, number, string, string]>(
      `UPDATE outbox SET attempts = ?, next_attempt_ms = ?, last_error = ? WHERE id = ? AND status = 'pending'`,
    );
    this.#dead = database.prepare<[number, string, string]>(
      `UPDATE outbox SET status = 'dead', attempts = ?, last_error = ? WHERE id = ?`,
    );
    this.#deleteOld = database.prepare<[number]>(
      `DELETE FROM outbox WHERE status <> 'pending' AND sequence <= (SELECT max(sequence) FROM outbox) - ?`,
    );
  }

  insert({ id, channel, alertId, idempotencyKey, body, createdMs }: NewOutboxRow): void {
    this.#insert.run(id, channel, alertId, idempotencyKey, body, createdMs, createdMs);
  }

  /** A channel's pending rows, due or not, oldest first. */
  pending(channel: string, limit: number): OutboxRow[] {
    return this.#pending.all(channel, limit);
  }

  /** Rows waiting, by channel. */
  pendingCounts(): { readonly channel: string; readonly count: number }[] {
    return this.#counts.all();
  }

  ofAlert(alertId: string): OutboxRow[] {
    return this.#ofAlert.all(alertId);
  }

  mark(mark: OutboxMark): void {
    const { id, attempts } = mark;
    if (mark.status === 'delivered') this.#delivered.run(attempts, mark.atMs, id);
    else if (mark.status === 'pending') this.#postponed.run(attempts, mark.nextAttemptMs, mark.error, id);
    else this.#dead.run(attempts, mark.error, id);
  }

  deleteOld(): void {
    this.#deleteOld.run(FINISHED_KEPT);
  }
}
