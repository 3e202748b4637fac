/** Prometheus' units, largest first; a year is 365 days, as there. */
const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

const PATTERN = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/**
 * Milliseconds of a duration in Prometheus' notation (`15s`, `1h30m`, `28d`; units y, w, d, h, m, s, ms in this order),
 * or `null` if the text is none. A bare `0` is a duration too.
 */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0;
  const match = PATTERN.exec(text);
  if (text === '' || match === null) return null;
  const ms = UNITS.reduce((sum, [, unitMs], index) => sum + Number(match[index + 1] ?? 0) * unitMs, 0);
  return Number.isSafeInteger(ms) ? ms : null;
}

/** The shortest notation that {@link parseDuration} reads back to the same whole number of milliseconds, at least 0. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms);
  let text = '';
  for (const [unit, unitMs] of UNITS) {
    // Weeks and years read badly beside days (28d, not 4w), so they are understood but not written.
    if (unit === 'y' || unit === 'w') continue;
    const count = Math.floor(rest / unitMs);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * unitMs;
  }
  return text === '' ? '0s' : text;
}
