/** `2026-11-24 04:10:15 Europe/Berlin`. */
export function formatLocal(timeMs: number, timezone: string): string {
  return `${clockOf(timezone).format(timeMs)} ${timezone}`;
}

/** `2026-11-24 04:10:15 to 04:14:30 Europe/Berlin`; the second day is named only if it is another one. */
export function formatLocalRange(startMs: number, endMs: number, timezone: string): string {
  const clock = clockOf(timezone);
  const [start, end] = [clock.format(startMs), clock.format(endMs)];
  const isSameDay = start.slice(0, 10) === end.slice(0, 10);
  return `${start} to ${isSameDay ? end.slice(11) : end} ${timezone}`;
}

/** Swedish writes dates as ISO 8601 does. */
function clockOf(timezone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' });
}
