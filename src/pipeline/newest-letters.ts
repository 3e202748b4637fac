import type { DeadLetter } from '../core/records.ts';
import type { Effects } from './effects.ts';

/** Dead letters kept between two checkpoints, and their bytes: a topic in the wrong format must not fill the memory. */
const MAX_COUNT = 1000;
const MAX_BYTES = 16 * 1024 ** 2;

/**
 * The longest end of the list within both bounds. Of a joined list the same as of one that was cut before it was
 * joined, so that the cut of the stream into calls changes nothing.
 */
export function newestLetters(letters: readonly DeadLetter[]): DeadLetter[] {
  let from = letters.length;
  let bytes = 0;
  while (from > 0 && letters.length - from < MAX_COUNT) {
    bytes += letters[from - 1]?.bytes.length ?? 0;
    if (bytes > MAX_BYTES) break;
    from -= 1;
  }
  return letters.slice(from);
}

/** Takes their dead letters from those of the effects (in order, to be joined) that are too old to be among the newest. */
export function dropOldLetters(parts: Effects[]): void {
  let count = 0;
  let bytes = 0;
  for (let index = parts.length - 1; index >= 0; index--) {
    const part = parts[index];
    if (part === undefined || part.deadLetters.length === 0) continue;
    if (count >= MAX_COUNT || bytes > MAX_BYTES) parts[index] = { ...part, deadLetters: [] };
    count += part.deadLetters.length;
    for (const letter of part.deadLetters) bytes += letter.bytes.length;
  }
}

/** How many there are by source and reason. */
export function lettersBySource(letters: readonly DeadLetter[]): Map<string, Record<string, number>> {
  const sources = new Map<string, Record<string, number>>();
  for (const { source, reason } of letters) {
    const reasons = sources.get(source) ?? {};
    reasons[reason] = (reasons[reason] ?? 0) + 1;
    sources.set(source, reasons);
  }
  return sources;
}
