import type { OutboxMark, OutboxRow } from '../core/outbox.ts';

/** Reads the kept deliveries; `app/` wires it to the store's reading side. */
export interface OutboxReader {
  /** A channel's oldest pending rows, due or not, in the order of writing, at most `limit`; `null` if they can't be read now. */
  pending(channel: string, limit: number): readonly OutboxRow[] | null;
}

/** Takes marks to be written. */
export interface OutboxMarks {
  /** Resolves when the mark is taken, rejects if it was not written: then it has to be offered again. */
  mark(mark: OutboxMark): Promise<void>;
}
