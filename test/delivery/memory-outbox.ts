import type { NewOutboxRow, OutboxMark, OutboxRow } from '../../src/core/outbox.ts';
import type { OutboxMarks, OutboxReader } from '../../src/delivery/outbox.ts';

/** An outbox whose marks are written only at `checkpoint`, as the pipeline thread does. */
export class MemoryOutbox implements OutboxReader, OutboxMarks {
  readonly rows: OutboxRow[] = [];
  readonly #waiting: OutboxMark[] = [];

  add(row: NewOutboxRow): void {
    const fresh = { attempts: 0, status: 'pending', lastError: null, deliveredMs: null } as const;
    this.rows.push({ ...row, ...fresh, nextAttemptMs: row.createdMs });
  }

  pending(channel: string, limit: number): readonly OutboxRow[] {
    return this.rows.filter((row) => row.channel === channel && row.status === 'pending').slice(0, limit);
  }

  mark(mark: OutboxMark): Promise<void> {
    this.#waiting.push(mark);
    return Promise.resolve();
  }

  checkpoint(): void {
    for (const mark of this.#waiting.splice(0)) {
      const index = this.rows.findIndex(({ id }) => id === mark.id);
      const row = this.rows[index];
      if (row === undefined) throw new Error(`no row ${mark.id}`);
      this.rows[index] = {
        ...row,
        status: mark.status,
        attempts: mark.attempts,
        nextAttemptMs: mark.status === 'pending' ? mark.nextAttemptMs : row.nextAttemptMs,
        lastError: mark.status === 'delivered' ? null : mark.error,
      };
    }
  }

  /** kill -9: marks not yet written are gone. */
  crash(): void {
    this.#waiting.length = 0;
  }

  status(id: string): OutboxRow | undefined {
    return this.rows.find((row) => row.id === id);
  }
}

export function newRow(alertId: string, event: string, createdMs: number): NewOutboxRow {
  const id = `${alertId}:${event}:hook`;
  return { id, channel: 'hook', alertId, idempotencyKey: id, body: `{"id":"${id}"}`, createdMs };
}
