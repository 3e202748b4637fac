import { formatDuration } from '../core/duration.ts';
import { cronTimes } from './cron-times.ts';

/** A year of any calendar, with a day to spare: what has no gap in it has none. */
const HORIZON_MS = 367 * 86_400_000;
/** So many beginnings in a row without a gap are taken for all: a week of minutes. */
const MOST_BEGINNINGS = 10_080;
/** A Monday; which one is of no matter. */
const FROM_MS = Date.UTC(2026, 0, 5);

interface Recurrence {
  readonly schedule: string;
  readonly timezone: string;
  readonly durationMs: number;
}

/**
 * Says what it means that planned work begins anew before it is over, again and again, and how to get out of it; `null`: it has gaps.
 * One that is always there silences its entities for ever, and nothing of them is learned from.
 */
export function alwaysInForceText(recurrence: Recurrence): string | null {
  if (!isAlwaysInForce(recurrence)) return null;
  const { schedule, durationMs } = recurrence;
  return (
    `it begins anew ("${schedule}") by the time its ${formatDuration(durationMs)} are over, so it is always in force: what it matches is never told of, and never learned from; ` +
    'write a shorter "duration" or a rarer "schedule", or, to watch without being told, "mode: observe" in the detector'
  );
}

function isAlwaysInForce({ schedule, timezone, durationMs }: Recurrence): boolean {
  const next = cronTimes(schedule, timezone);
  let begins = next(FROM_MS);
  if (begins - FROM_MS > durationMs) return false;
  for (let count = 0; count < MOST_BEGINNINGS && begins < FROM_MS + HORIZON_MS; count++) {
    const then = next(begins);
    if (then > begins + durationMs) return false;
    begins = then;
  }
  return true;
}
