import { createTask } from 'node-cron';

const MINUTE_MS = 60_000;
/** A schedule that does not come up in this long (29 February at the latest) never does. */
const HORIZON_MINUTES = 5 * 366 * 24 * 60;

/**
 * The times of a cron expression as a function of event time: the first run strictly after `afterMs`, Unix ms;
 * Infinity if it never runs again. It lets a catch-up or a backtest pass its schedules in the data's own time, and a
 * replay repeat them.
 */
export function cronTimes(expression: string, timezone: string): (afterMs: number) => number {
  const task = createTask(expression, () => undefined, { timezone });
  let from = Infinity;
  let next = -Infinity;
  return (afterMs) => {
    if (afterMs >= from && afterMs < next) return next;
    let minute = Math.floor(afterMs / MINUTE_MS) + 1;
    const end = minute + HORIZON_MINUTES;
    while (minute < end && !task.match(new Date(minute * MINUTE_MS))) minute += 1;
    from = afterMs;
    next = minute < end ? minute * MINUTE_MS : Infinity;
    return next;
  };
}
