const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Clocks differ from UTC by whole quarters of an hour. */
const QUARTER_MS = 15 * 60_000;
const HOURS = 24;
/** 1970-01-01 was a Thursday: so many days before it a week began on Sunday. */
const EPOCH_WEEKDAY = 4;

/** Slots of a profile: the hours of a weekday, then those of a day at the weekend. */
export const SLOTS = 2 * HOURS;

/** Quarters of an hour whose slots are remembered, of each time zone other than UTC: asking Intl costs more than all guards together. */
const MOST_FOUND = 16;
const found = new Map<string, Map<number, number>>();
const formats = new Map<string, Intl.DateTimeFormat>();

/** The slot of a time in a zone (IANA name). */
export function slotAt(timeMs: number, timezone: string): number {
  if (timezone === 'UTC') {
    const weekday = (((Math.floor(timeMs / DAY_MS) + EPOCH_WEEKDAY) % 7) + 7) % 7;
    return slotOf(weekday === 0 || weekday === 6, Math.floor(timeMs / HOUR_MS) % HOURS);
  }
  const quarter = Math.floor(timeMs / QUARTER_MS);
  const known = found.get(timezone) ?? new Map<number, number>();
  const before = known.get(quarter);
  if (before !== undefined) return before;
  const parts = formatOf(timezone).formatToParts(timeMs);
  const weekday = parts.find(({ type }) => type === 'weekday')?.value ?? '';
  const hour = Number(parts.find(({ type }) => type === 'hour')?.value);
  const slot = slotOf(weekday === 'Sat' || weekday === 'Sun', hour);
  if (known.size >= MOST_FOUND) known.clear();
  found.set(timezone, known.set(quarter, slot));
  return slot;
}

/** The same hour of the other kind of day. */
export function otherKindOfDay(slot: number): number {
  return (slot + HOURS) % SLOTS;
}

/** Whether a slot is of the weekend. */
export function isWeekend(slot: number): boolean {
  return slot >= HOURS;
}

function slotOf(weekend: boolean, hour: number): number {
  return weekend ? HOURS + hour : hour;
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      weekday: 'short',
      hour: 'numeric',
      hourCycle: 'h23',
    });
    formats.set(timezone, format);
  }
  return format;
}
