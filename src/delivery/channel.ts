/** One thing to be sent; `body` is exactly what goes over the wire. */
export interface Delivery {
  readonly body: string;
  /** The same for each attempt, so that a receiver can drop repeats. */
  readonly idempotencyKey: string;
}

/** What became of an attempt. `retry: false`: the receiver will never take it as it is. */
export type SendOutcome =
  | {
      readonly ok: true;
      /** One line without secrets: what the receiver said. */
      readonly answer: string;
    }
  | {
      readonly ok: false;
      /** One line without secrets: what happened, at which host. */
      readonly error: string;
      readonly retry: boolean;
      /** The receiver's own wish (Retry-After), ms from now. */
      readonly retryAfterMs?: number;
    };

/** A place that alerts go to. It makes one attempt and never retries: that is the senders' part. */
export interface Channel {
  readonly name: string;
  /** Resolves with the outcome, also on network trouble; rejects only when `signal` aborts. */
  send(delivery: Delivery, signal: AbortSignal): Promise<SendOutcome>;
  /** Gives back what it holds open, if anything. */
  close?(): Promise<void>;
}
