import type { OutboxMark, OutboxMarks, OutboxRow } from './outbox.ts';

/**
 * Marks on their way to the store. Until they are read back, rows are shown as the marks make them, so that nothing
 * is sent twice because a checkpoint is still to come.
 */
export class UnwrittenMarks implements OutboxMarks {
  readonly #marks = new Map<string, OutboxMark>();
  readonly #sink: OutboxMarks;

  constructor(sink: OutboxMarks) {
    this.#sink = sink;
  }

  mark(mark: OutboxMark): void {
    this.#marks.set(mark.id, mark);
    this.#sink.mark(mark);
  }

  /** The rows still to be sent, given a channel's pending rows as read just now; forgets the marks that have arrived. */
  apply(rows: readonly OutboxRow[]): OutboxRow[] {
    const read = new Map(rows.map((row) => [row.id, row]));
    for (const [id, mark] of this.#marks) {
      const row = read.get(id);
      if (row === undefined || row.attempts >= mark.attempts) this.#marks.delete(id);
    }
    return rows.flatMap((row) => {
      const mark = this.#marks.get(row.id);
      if (mark === undefined) return [row];
      if (mark.status !== 'pending') return [];
      return [{ ...row, attempts: mark.attempts, nextAttemptMs: mark.nextAttemptMs, lastError: mark.error }];
    });
  }
}
