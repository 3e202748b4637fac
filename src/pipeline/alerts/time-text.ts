/** `2026-11-24 03:10:15 UTC`. */
export function formatUtc(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `2026-11-24 03:10:15 to 03:14:30 UTC`; the second day is named only if it is another one. */
export function formatUtcRange(startMs: number, endMs: number): string {
  const start = formatUtc(startMs);
  const end = formatUtc(endMs);
  const sameDay = start.slice(0, 10) === end.slice(0, 10);
  return `${start.slice(0, 19)} to ${sameDay ? end.slice(11) : end}`;
}

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** The two largest units of a span: `4 min 15 s`, `2 d 3 h`. */
export function formatSpan(spanMs: number): string {
  const total = Math.max(0, Math.round(spanMs / 1000));
  const first = units.findIndex(([, size]) => total >= size);
  if (first < 0) return `${Math.max(0, Math.round(spanMs))} ms`;
  let rest = total;
  const parts: string[] = [];
  for (const [name, size] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.join(' ');
}
