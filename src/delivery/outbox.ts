/** A delivery as it is written together with the alert that made it. */
export interface NewOutboxRow {
  /** The same after a replay. */
  readonly id: string;
  readonly channel: string;
  readonly alertId: string;
  /** A second row with the same one is a repeat and must be ignored. */
  readonly idempotencyKey: string;
  readonly body: string;
  readonly createdMs: number;
}

/** A delivery as it is kept. */
export interface OutboxRow extends NewOutboxRow {
  readonly attempts: number;
  readonly nextAttemptMs: number;
  readonly status: 'pending' | 'delivered' | 'dead';
  readonly lastError: string | null;
}

/** What became of a row, to be written by the pipeline thread. */
export type OutboxMark =
  | { readonly id: string; readonly status: 'delivered'; readonly attempts: number; readonly atMs: number }
  | {
      readonly id: string;
      /** Failed, and to be tried again. */
      readonly status: 'pending';
      readonly attempts: number;
      readonly nextAttemptMs: number;
      readonly error: string;
    }
  | { readonly id: string; readonly status: 'dead'; readonly attempts: number; readonly error: string };

/** Reads the kept deliveries; `app/` wires it to the store's reading side. */
export interface OutboxReader {
  /** A channel's oldest pending rows, due or not, in the order of writing, at most `limit`. */
  pending(channel: string, limit: number): readonly OutboxRow[];
}

/** Takes marks; they may reach the store later, the sender remembers them until it reads them back. */
export interface OutboxMarks {
  mark(mark: OutboxMark): void;
}
