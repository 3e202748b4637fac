/** A delivery as it is written together with the alert that made it. */
export interface NewOutboxRow {
  /** The same after a replay. */
  readonly id: string;
  readonly channel: string;
  readonly alertId: string;
  /** A second row with the same one is a repeat and is passed over. */
  readonly idempotencyKey: string;
  readonly body: string;
  readonly createdMs: number;
}

/** A delivery as it is kept; `dead`: given up. */
export interface OutboxRow extends NewOutboxRow {
  readonly attempts: number;
  readonly nextAttemptMs: number;
  readonly status: 'pending' | 'delivered' | 'dead';
  readonly lastError: string | null;
  /** `null` until delivered. */
  readonly deliveredMs: number | null;
}

/** Which deliveries are to be sent again; at least one of `alertId` and `onlyDead` narrows it. */
export interface ResendChoice {
  /** `null`: of all alerts. */
  readonly alertId: string | null;
  /** `null`: of all channels. */
  readonly channel: string | null;
  /** From the first dead one of each alert and channel on, so that an alert's end follows its beginning again; else all. */
  readonly onlyDead: boolean;
}

/** What became of an attempt, to be written by the pipeline thread. */
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
