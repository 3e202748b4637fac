/** So many of something in any stretch of `perMs`. */
export interface RateLimit {
  readonly count: number;
  readonly perMs: number;
}

const PERIODS: Readonly<Record<string, number>> = { second: 1000, minute: 60_000, hour: 3_600_000 };

/** Reads `20 per minute` (or second, hour); `null` if the text is no rate. */
export function parseRate(text: string): RateLimit | null {
  const match = /^(\d{1,5})\s+per\s+(second|minute|hour)$/.exec(text.trim());
  const count = Number(match?.[1]);
  const perMs = PERIODS[match?.[2] ?? ''];
  return perMs === undefined || !(count > 0) ? null : { count, perMs };
}
