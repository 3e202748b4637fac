import type { Database } from 'better-sqlite3';
import type { NewOutboxRow, OutboxMark, OutboxRow, ResendChoice } from '../core/outbox.ts';

/** Finished rows that are kept for people to look at. */
const FINISHED_KEPT = 10_000;

/** Deliveries that may wait for one channel; what is older is given up and can be sent again by hand. */
const PENDING_KEPT = 10_000;

const COLUMNS = `id, channel, alert_id AS alertId, idempotency_key AS idempotencyKey, body, created_ms AS createdMs,
  attempts, next_attempt_ms AS nextAttemptMs, status, last_error AS lastError,
  delivered_ms AS deliveredMs`;

/** Which rows to list; what is left out or `null` does not narrow. */
export interface OutboxQuery {
  readonly status?: OutboxRow['status'] | null;
  readonly channel?: string | null;
  readonly alertId?: string | null;
  readonly limit: number;
}

type ListBinding = Readonly<Record<'status' | 'channel' | 'alertId', string | null>> & {
  readonly limit: number;
};
type ResendBinding = Readonly<Record<'channel' | 'alertId', string | null>> & {
  readonly onlyDead: number;
  readonly nowMs: number;
};

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
  readonly #list;
  readonly #resend;
  readonly #overflow;
  readonly #retire;

  constructor(database: Database) {
    this.#insert = database.prepare<[string, string, string, string, string, number, number]>(
      `INSERT INTO outbox (id, channel, alert_id, idempotency_key, body, created_ms, next_attempt_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#pending = database.prepare<[string, number], OutboxRow>(
      `SELECT ${COLUMNS} FROM outbox WHERE status = 'pending' AND channel = ? ORDER BY sequence LIMIT ?`,
    );
    // The status stands in the text, so that the partial indexes serve.
    const countsOf = (status: 'pending' | 'dead') =>
      database.prepare<[], { channel: string; count: number }>(
        `SELECT channel, count(*) AS count FROM outbox WHERE status = '${status}' GROUP BY channel`,
      );
    this.#counts = { pending: countsOf('pending'), dead: countsOf('dead') };
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
    this.#list = database.prepare<[ListBinding], OutboxRow>(
      `SELECT ${COLUMNS} FROM outbox
       WHERE (:status IS NULL OR status = :status) AND (:channel IS NULL OR channel = :channel)
         AND (:alertId IS NULL OR alert_id = :alertId)
       ORDER BY sequence DESC LIMIT :limit`,
    );
    this.#resend = database.prepare<[ResendBinding]>(
      // The attempts stay: what the sender remembers of the row is told from its new life by them.
      `UPDATE outbox SET status = 'pending', created_ms = :nowMs, next_attempt_ms = :nowMs, delivered_ms = NULL
       WHERE status <> 'pending' AND (:alertId IS NULL OR alert_id = :alertId)
         AND (:channel IS NULL OR channel = :channel)
         AND (:onlyDead = 0 OR sequence >= (
           SELECT min(sequence) FROM outbox AS earlier
           WHERE earlier.alert_id = outbox.alert_id AND earlier.channel = outbox.channel AND earlier.status = 'dead'))`,
    );
    this.#overflow = database.prepare<[string, string, string, number]>(
      `UPDATE outbox SET status = 'dead', last_error = ? WHERE status = 'pending' AND channel = ? AND sequence <= (
         SELECT sequence FROM outbox WHERE status = 'pending' AND channel = ?
         ORDER BY sequence DESC LIMIT 1 OFFSET ?)`,
    );
    this.#retire = database.prepare<[string, string]>(
      `UPDATE outbox SET status = 'dead', last_error = ?
       WHERE status = 'pending' AND channel NOT IN (SELECT value FROM json_each(?))`,
    );
    this.#deleteOld = database.prepare<[number]>(
      `DELETE FROM outbox WHERE status <> 'pending' AND sequence <= (SELECT max(sequence) FROM outbox) - ?`,
    );
  }

  insert({ id, channel, alertId, idempotencyKey, body, createdMs }: NewOutboxRow): void {
    this.#insert.run(id, channel, alertId, idempotencyKey, body, createdMs, createdMs);
  }

  /** Gives up the oldest of a channel's pending rows that are too many, and answers how many those were. */
  dropOverflow(channel: string, kept = PENDING_KEPT): number {
    const error = `given up: more than ${kept} deliveries waited for this channel`;
    return this.#overflow.run(error, channel, channel, kept).changes;
  }

  /** Gives up what waits for other channels than these, which nobody would ever send, and answers how many rows those were. */
  retireOthers(channels: readonly string[]): number {
    const error = 'given up: there is no channel of this name any more';
    return this.#retire.run(error, JSON.stringify(channels)).changes;
  }

  /** Newest first. */
  list({ status = null, channel = null, alertId = null, limit }: OutboxQuery): OutboxRow[] {
    return this.#list.all({ status, channel, alertId, limit });
  }

  /** Makes rows pending anew, in their old order, and answers how many. */
  resend({ alertId, channel, onlyDead }: ResendChoice, nowMs: number): number {
    return this.#resend.run({ alertId, channel, onlyDead: onlyDead ? 1 : 0, nowMs }).changes;
  }

  /** A channel's pending rows, due or not, oldest first. */
  pending(channel: string, limit: number): OutboxRow[] {
    return this.#pending.all(channel, limit);
  }

  /** Rows waiting or given up, by channel. */
  counts(status: 'pending' | 'dead'): ReadonlyMap<string, number> {
    return new Map(this.#counts[status].all().map(({ channel, count }) => [channel, count]));
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
