import { parseRfc3339 } from './rfc3339.ts';

/** Units of a time that is a number. */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

const PER_MS: Readonly<Record<TimeUnit, number>> = { s: 0.001, ms: 1, us: 1000, ns: 1_000_000 };
const EPOCH = /^\d{1,20}(?:\.\d{1,12})?$/;
/* The year 9999, where RFC 3339 ends too. */
const LAST_MS = 253_402_300_799_999;

const within = (timeMs: number): number => (timeMs >= 0 && timeMs <= LAST_MS ? timeMs : NaN);

/** Unix ms of a number in `unit`, cut to whole ms; NaN if it is negative, none, or after the year 9999. */
export function epochMs(value: number, unit: TimeUnit): number {
  // Rounded to the µs first, so that 1.001 s is 1001 ms and not 1000.
  return within(Math.floor(Math.round((value / PER_MS[unit]) * 1000) / 1000));
}

/** Unix ms of digits in `unit` or of an RFC 3339 date-time; NaN if the text is neither. */
export function textTimeMs(text: string, unit: TimeUnit): number {
  if (!EPOCH.test(text)) return within(parseRfc3339(text));
  // 19 digits of ns are more than a double holds: the last six are below a ms anyhow.
  if (unit === 'ns' && !text.includes('.')) return within(Number(text.slice(0, -6)));
  return epochMs(Number(text), unit);
}
