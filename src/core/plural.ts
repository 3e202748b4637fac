/** A count with its word, `1 alert` or `3 alerts`; `many` for words that take more than an s. */
export function plural(count: number, word: string, many = `${word}s`): string {
  return `${count} ${count === 1 ? word : many}`;
}
