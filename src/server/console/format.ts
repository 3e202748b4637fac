/** Texts for numbers and times. Times are event times and shown in UTC, as alerts tell them. */

const DAY_MS = 86_400_000;

/** `2026-01-08 08:06:00`, of Unix ms or RFC 3339. */
export function formatTime(time: number | string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '–' : date.toISOString().slice(0, 19).replace('T', ' ');
}

/** `08:06`, with the day where it begins, for axes. */
export function formatClock(ms: number): string {
  const text = new Date(ms).toISOString();
  return text.slice(11, 16) === '00:00' ? text.slice(5, 10) : text.slice(11, 16);
}

/** `45 s`, `12 min`, `3.5 h`, `2 days`. */
export function formatSpan(ms: number): string {
  if (ms < 90_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 90 * 60_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 2 * DAY_MS) return `${trimmed(ms / 3_600_000)} h`;
  return `${trimmed(ms / DAY_MS)} days`;
}

/** Whole numbers with thin groups: `12 345`. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** `one entity`, `3 entities`. */
export function formatOf(count: number, one: string, many: string): string {
  return count === 1 ? `1 ${one}` : `${formatCount(count)} ${many}`;
}

/** Scores with two digits after the point. */
export function formatScore(score: number): string {
  return score.toFixed(2);
}

/** `score 3.42` of an alert, or what a rule calls it: there nothing was scored. */
export function formatPeak({
  kind,
  peakScore,
}: {
  readonly kind: string;
  readonly peakScore: number;
}): string {
  return peakScore > 0 ? `score ${formatScore(peakScore)}` : kind;
}

/** `42 %` of a ratio. */
export function formatShare(ratio: number): string {
  const percent = ratio * 100;
  return `${percent > 0 && percent < 1 ? percent.toFixed(1) : Math.round(percent)}\u202f%`;
}

function trimmed(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Number(value.toFixed(1)));
}
