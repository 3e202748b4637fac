import type { DeadLetterBounds } from './dead-letter-repository.ts';

/** How much is kept. All ages are event time. */
export interface StoreSettings {
  /** Every step of so long (DESIGN §7: `recent`). */
  readonly recentMs: number;
  /** The training reservoir: at most so many values, none older than `reservoirMs`. */
  readonly reservoirCells: number;
  readonly reservoirMs: number;
  readonly reservoirSeed: number;
  readonly deadLetters: DeadLetterBounds;
  /** Resolved, unlabelled alerts, their transitions and notifications. */
  readonly alertsMs: number;
  /** Alerts that ended unconfirmed. */
  readonly discardedMs: number;
  /** Upper bound of the main file in pages of 4096 bytes, `null` = none. Reached, it is as if the disk were full. */
  readonly maxMainPages: number | null;
}

const DAY_MS = 86_400_000;

/** 32 million values are 256 MB before compression: 1 500 days of one entity with 8 features at 5 minutes. */
export const DEFAULT_STORE_SETTINGS: StoreSettings = {
  recentMs: DAY_MS,
  reservoirCells: 32e6,
  reservoirMs: 35 * DAY_MS,
  reservoirSeed: 1,
  deadLetters: { maxCount: 10_000, maxBytes: 32 * 1024 ** 2 },
  alertsMs: 400 * DAY_MS,
  discardedMs: 7 * DAY_MS,
  maxMainPages: null,
};
