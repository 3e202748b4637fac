import type { OutboxMark, OutboxRow } from '../core/outbox.ts';
import type { OutboxMarks } from './outbox.ts';

interface Unwritten {
  readonly mark: OutboxMark;
  refused: boolean;
}

/** A store that refuses marks (a full disk) is not asked again sooner. */
const offerEveryMs = 5000;

/**
 * Marks on their way to the store. Until they are read back, rows are shown as the marks make them, so that nothing
 * is sent twice because its mark is still to come, and what the store refused is offered to it again.
 */
export class UnwrittenMarks {
  readonly #unwritten = new Map<string, Unwritten>();
  readonly #sink: OutboxMarks;
  #offeredMs = -Infinity;

  constructor(sink: OutboxMarks) {
    this.#sink = sink;
  }

  /** Takes the newest mark of a row; an older one of the same row counts no more. */
  mark(mark: OutboxMark): void {
    const unwritten = { mark, refused: false };
    this.#unwritten.set(mark.id, unwritten);
    this.#offer(unwritten);
  }

  /** To be called on every turn: offers again what was refused. */
  offerAgain(nowMs: number): void {
    const sinceMs = nowMs - this.#offeredMs;
    // Less than nothing: the clock was set back.
    if (sinceMs >= 0 && sinceMs < offerEveryMs) return;
    const refused = [...this.#unwritten.values()].filter((unwritten) => unwritten.refused);
    if (refused.length > 0) this.#offeredMs = nowMs;
    for (const unwritten of refused) this.#offer(unwritten);
  }

  /** The rows still to be sent, given a channel's pending rows as read just now; forgets the marks that have arrived. */
  apply(rows: readonly OutboxRow[]): OutboxRow[] {
    const read = new Map(rows.map((row) => [row.id, row]));
    for (const [id, { mark }] of this.#unwritten) {
      const row = read.get(id);
      if (row === undefined || row.attempts >= mark.attempts) this.#unwritten.delete(id);
    }
    return rows.flatMap((row) => {
      const mark = this.#unwritten.get(row.id)?.mark;
      if (mark === undefined) return [row];
      if (mark.status !== 'pending') return [];
      return [{ ...row, attempts: mark.attempts, nextAttemptMs: mark.nextAttemptMs, lastError: mark.error }];
    });
  }

  #offer(unwritten: Unwritten): void {
    unwritten.refused = false;
    this.#sink.mark(unwritten.mark).catch(() => {
      unwritten.refused = true;
    });
  }
}
