import { createTask } from 'node-cron';

const MINUTE_MS = 60_000;
const QUARTER = 15;
/** A schedule that does not come up in this long (29 February at the latest) never does. */
const HORIZON_MINUTES = 5 * 366 * 24 * 60;

/**
 * The times of a cron expression of five fields as a function of event time: the first run strictly after `afterMs`, Unix
 * ms; Infinity if it never runs again. It lets a catch-up or a backtest pass its schedules in the data's own time, and
 * a replay repeat them.
 */
export function cronTimes(expression: string, timezone: string): (afterMs: number) => number {
  const [, hour = '*', ...day] = expression.trim().split(/\s+/);
  const matches = (fields: string): ((date: Date) => boolean) => {
    const task = createTask(fields, () => undefined, { timezone });
    return (date) => task.match(date);
  };
  const atMinute = matches(expression);
  const inHour = matches(['*', hour, ...day].join(' '));
  const onDay = matches(['*', '*', ...day].join(' '));
  const localHour = hourIn(timezone);

  /** Minutes that can be passed over because none of them matches; 0 = this one does. */
  const idleMinutes = (minute: number): number => {
    const date = new Date(minute * MINUTE_MS);
    if (atMinute(date)) return 0;
    if (inHour(date)) return 1;
    // Clocks are whole quarters of an hour apart from UTC, so a local hour can't end before this one.
    const quarter = QUARTER - (minute % QUARTER);
    // Up to 22:00 a local day is not over, whichever way its clock is changed.
    return onDay(date) ? quarter : Math.max(quarter, (22 - localHour(date)) * 60);
  };

  let from = Infinity;
  let next = -Infinity;
  return (afterMs) => {
    if (afterMs >= from && afterMs < next) return next;
    let minute = Math.floor(afterMs / MINUTE_MS) + 1;
    const end = minute + HORIZON_MINUTES;
    for (let idle = -1; idle !== 0 && minute < end; minute += idle) idle = idleMinutes(minute);
    from = afterMs;
    next = minute < end ? minute * MINUTE_MS : Infinity;
    return next;
  };
}

function hourIn(timezone: string): (date: Date) => number {
  const format = new Intl.DateTimeFormat('en', { timeZone: timezone, hour: 'numeric', hourCycle: 'h23' });
  return (date) => Number(format.format(date));
}
