/** What delivery needs of its surroundings; `app/` gives the real ones. */
export interface DeliveryRuntime {
  /** Wall clock, Unix ms. */
  nowMs(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Calls back once after `delayMs`, unless the returned function is called before. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** One attempt, for the counters and the log. */
export interface DeliveryReport {
  readonly channel: string;
  readonly outcome: 'delivered' | 'failed' | 'dead';
  /** `null` when delivered. */
  readonly error: string | null;
  /** The channel's error is another one than at its last attempt, or gone: only then it is worth a log line. */
  readonly errorChanged: boolean;
  readonly alertId: string | null;
}

export type ReportDelivery = (report: DeliveryReport) => void;
