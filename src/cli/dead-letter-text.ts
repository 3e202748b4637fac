import type { DeadLetterView } from '../server/views/dead-letter-view.ts';
import { plural } from '../core/plural.ts';
import { printable } from '../core/printable.ts';

const MOST_TEXT = 120;

/** Reasons with their examples as lines for people; what stands in a record is made printable. */
export function deadLetterLines(letters: readonly DeadLetterView[]): string[] {
  if (letters.length === 0) return ['No dead letters are kept: all that was read could be used.'];
  return letters.flatMap(({ source, reason, count, example }) => {
    const { topic, partition, offset, detail, text } = example;
    const seen = text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
    return [
      `${reason}, source ${source}: ${plural(count, 'record')} kept, the newest at ${topic}/${partition} offset ${offset}`,
      `  ${printable(detail)}`,
      ...(text === '' ? [] : [`  ${printable(seen)}`]),
    ];
  });
}
