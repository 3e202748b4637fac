import type { OutboxRow } from '../core/outbox.ts';

const firstDelayMs = 1000;
const longestDelayMs = 300_000;
/** So much of a receiver's Retry-After is heeded. */
export const longestRetryAfterMs = 3_600_000;
/** A receiver that has been away for so long gets no more of what was meant for then. */
export const giveUpAfterMs = 24 * 3_600_000;

/**
 * Delay before the next attempt: exponential with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/),
 * from 1 s, at most 5 minutes, never sooner than the receiver asked. `failures` ≥ 1; `random` in [0, 1).
 */
export function retryDelayMs(failures: number, random: number, retryAfterMs: number): number {
  const ceiling = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 20));
  return Math.max(retryAfterMs, Math.ceil(random * ceiling));
}

/** What a channel has to do now, and when to look again. */
export interface DuePick {
  /** To be sent now, oldest first, at most one an alert. */
  readonly due: readonly OutboxRow[];
  /** When the next of the others is due; `null` if none waits for its time alone. */
  readonly nextMs: number | null;
}

/**
 * Picks from one channel's pending rows (in the order of writing) what may be sent: only the oldest row of each alert, so that
 * a resolution never overtakes its alert, and only when its time has come. A time that was never put off, or lies further ahead
 * than any is put off, was before the clock was set back: it has come.
 */
export function pickDue(rows: readonly OutboxRow[], nowMs: number): DuePick {
  const heads = new Map<string, OutboxRow>();
  for (const row of rows) if (!heads.has(row.alertId)) heads.set(row.alertId, row);
  const due = [...heads.values()].filter((row) => isDue(row, nowMs));
  const later = [...heads.values()].filter((row) => !isDue(row, nowMs));
  const nextMs = later.length === 0 ? null : Math.min(...later.map((row) => row.nextAttemptMs));
  return { due, nextMs };
}

function isDue({ createdMs, nextAttemptMs }: OutboxRow, nowMs: number): boolean {
  return nextAttemptMs <= nowMs || nextAttemptMs === createdMs || nextAttemptMs > nowMs + longestRetryAfterMs;
}
